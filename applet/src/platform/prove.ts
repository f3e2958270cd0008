/** What makes proofs of work. A browser fetches it when the service asks for the first one. */
// #ifndef H5
import * as ofApplet from './solver'
// #endif

export async function prover(): Promise<typeof import('./solver')> {
  // #ifdef H5
  return await import('./solver')
  // #endif
  // #ifndef H5
  return ofApplet
  // #endif
}
