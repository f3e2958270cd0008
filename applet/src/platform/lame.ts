/** The MP3 encoder, apart from everything else so that it is fetched with the first recording and no sooner. */
export { Mp3Encoder } from '@breezystack/lamejs'
