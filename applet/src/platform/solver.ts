/** Who solves proofs of work: on H5 a worker, in the applet the page itself, slice by slice. `prove.ts` fetches it. */
import { solveBeside, solveInSlices, type Helper, type Solve } from '@/lib/solving'

function solver(): Solve {
  // #ifdef H5
  const help = (): Helper => new Worker(new URL('./proof.worker.ts', import.meta.url), { type: 'module' })
  return solveBeside(help)
  // #endif
  // #ifndef H5
  return solveInSlices
  // #endif
}

export { proof as encode } from '@/lib/altcha'
export const solve = solver()
