/** The microphone. A browser fetches what it needs for it when it is asked for first. */
import type { RecorderEvents, Recording } from '@/lib/recording'
// #ifndef H5
import { openMicrophone as ofApplet } from './recorder-mp'
// #endif

export async function openMicrophone(events: RecorderEvents): Promise<Recording> {
  // #ifdef H5
  return (await import('./recorder-h5')).openMicrophone(events)
  // #endif
  // #ifndef H5
  return ofApplet(events)
  // #endif
}
