/** The way to a proof's number: in slices between which the page lives on, or by a worker beside it. */
import { search, type Challenge } from './altcha'

export interface Solving {
  /** The number; refused with `Stopped` after `stop`. */
  result: Promise<number>
  stop(): void
}

/** `progress` hears which share of the numbers is done, from 0 to 1. */
export type Solve = (challenge: Challenge, progress: (share: number) => void) => Solving

export class Stopped extends Error {}
export class Unsolvable extends Error {}

/** Milliseconds that one slice holds the page up, at most about that. */
const SLICE = 12
/** Numbers between two looks at the clock. */
const STEP = 200

/** One slice from `from` on; answers the number, or where the next one begins. */
function slice(challenge: Challenge, from: number): { number: number; next: number } {
  const end = challenge.maxnumber + 1
  const began = Date.now()
  let next = from
  while (next < end && Date.now() - began < SLICE) {
    const to = Math.min(end, next + STEP)
    const number = search(challenge, next, to)
    if (number >= 0) return { number, next: to }
    next = to
  }
  return { number: -1, next }
}

export const solveInSlices: Solve = (challenge, progress) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = (): void => undefined
  const result = new Promise<number>((resolve, reject) => {
    function step(from: number): void {
      const { number, next } = slice(challenge, from)
      progress(Math.min(1, next / (challenge.maxnumber + 1)))
      if (number >= 0) resolve(number)
      else if (next > challenge.maxnumber) reject(new Unsolvable())
      else timer = setTimeout(() => step(next), 0)
    }
    timer = setTimeout(() => step(0), 0)
    stop = () => {
      clearTimeout(timer)
      reject(new Stopped())
    }
  })
  return { result, stop: () => stop() }
}

/** A worker as far as this needs one. */
export interface Helper {
  postMessage(challenge: Challenge): void
  terminate(): void
  onmessage: ((event: MessageEvent<Told>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

/** What a worker tells: how far it is, and in the end the number, or -1 for none. */
export type Told = { share: number } | { number: number }

/** Where no worker comes up, the page solves it itself. */
export function solveBeside(help: () => Helper): Solve {
  return (challenge, progress) => {
    let helper: Helper
    try {
      helper = help()
    } catch {
      return solveInSlices(challenge, progress)
    }
    let stop = (): void => undefined
    const result = new Promise<number>((resolve, reject) => {
      stop = () => reject(new Stopped())
      helper.onmessage = ({ data }: MessageEvent<Told>) => {
        if ('share' in data) progress(data.share)
        else if (data.number >= 0) resolve(data.number)
        else reject(new Unsolvable())
      }
      helper.onerror = () => {
        const own = solveInSlices(challenge, progress)
        stop = own.stop
        own.result.then(resolve, reject)
      }
      helper.postMessage({ ...challenge })
    }).finally(() => helper.terminate())
    return { result, stop: () => stop() }
  }
}
