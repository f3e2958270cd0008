/** Proof of work: the number is found, in slices or beside the page, and the call that was asked for it goes again. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/error'
import type { Call, Request } from '@/api/http'
import { withProof } from '@/api/proof'
import { proof, search, type Challenge } from '@/lib/altcha'
import { solveBeside, solveInSlices, Stopped, Unsolvable, type Helper } from '@/lib/solving'

function challenge(number: number, maxnumber = 5000): Challenge {
  const salt = '0a1b2c?expires=1900000000&'
  const hash = createHash('sha256')
    .update(salt + number)
    .digest('hex')
  return { algorithm: 'SHA-256', challenge: hash, salt, maxnumber, signature: 'f00d' }
}

describe('the number', () => {
  it('is found where it is, the first and the last among them', () => {
    for (const number of [0, 1, 777, 5000]) {
      expect(search(challenge(number), 0, 5001)).toBe(number)
      expect(search(challenge(number), number, number + 1)).toBe(number)
      expect(search(challenge(number), number + 1, 5001)).toBe(-1)
      expect(search(challenge(number), 0, number)).toBe(-1)
    }
  })

  it.each(['s', 'sa', 'sal', 'salt?expires=1&'])('goes out as base64 of ALTCHA’s JSON (salt %s)', (salt) => {
    const sent = proof({ ...challenge(42), salt }, 42)
    expect(JSON.parse(Buffer.from(sent, 'base64').toString())).toEqual({
      algorithm: 'SHA-256',
      challenge: challenge(42).challenge,
      number: 42,
      salt,
      signature: 'f00d',
    })
    expect(sent).toBe(Buffer.from(Buffer.from(sent, 'base64')).toString('base64'))
  })
})

describe('in slices', () => {
  it('finds it, tells how far it is, and lets others have their turn in between', async () => {
    const shares: number[] = []
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    const { result } = solveInSlices(challenge(40000, 40000), (share) => shares.push(share))
    expect(await result).toBe(40000)
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(2)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.length).toBeGreaterThan(2)
    expect(shares[shares.length - 1]).toBe(1)
  })

  it('can be stopped', async () => {
    const solving = solveInSlices(challenge(400000, 400000), () => undefined)
    solving.stop()
    await expect(solving.result).rejects.toBeInstanceOf(Stopped)
  })

  it('gives up on what has no answer', async () => {
    await expect(solveInSlices(challenge(9, 5), () => undefined).result).rejects.toBeInstanceOf(Unsolvable)
  })
})

describe('beside the page', () => {
  const helper = () => ({
    postMessage: vi.fn(),
    terminate: vi.fn(),
    onmessage: null as Helper['onmessage'],
    onerror: null as Helper['onerror'],
  })

  it('asks a worker, and lets it go', async () => {
    const worker = helper()
    const shares: number[] = []
    const { result } = solveBeside(() => worker)(challenge(7), (share) => shares.push(share))
    expect(worker.postMessage).toHaveBeenCalledWith(challenge(7))
    worker.onmessage?.({ data: { share: 0.5 } } as MessageEvent)
    worker.onmessage?.({ data: { number: 7 } } as MessageEvent)
    expect(await result).toBe(7)
    expect(shares).toEqual([0.5])
    expect(worker.terminate).toHaveBeenCalledOnce()
  })

  it('ends the worker when it is stopped', async () => {
    const worker = helper()
    const { result, stop } = solveBeside(() => worker)(challenge(7), () => undefined)
    stop()
    await expect(result).rejects.toBeInstanceOf(Stopped)
    expect(worker.terminate).toHaveBeenCalledOnce()
  })

  it('solves it itself where no worker comes up', async () => {
    const worker = helper()
    const { result } = solveBeside(() => worker)(challenge(7), () => undefined)
    worker.onerror?.({} as ErrorEvent)
    expect(await result).toBe(7)
    const none = (): Helper => {
      throw new Error('refused')
    }
    expect(await solveBeside(none)(challenge(8), () => undefined).result).toBe(8)
  })
})

describe('a call that is asked for a proof', () => {
  const wanted = new ApiError(403, 'pow_required')
  const call: Call = { method: 'POST', path: '/login', body: { account: 'lin' }, login: true }

  function setUp(refusals: ApiError[]) {
    const sent: Call[] = []
    const request = (async (made: Call) => {
      sent.push(made)
      const refusal = refusals.shift()
      if (refusal) throw refusal
      return 'in'
    }) as Request
    let made = 0
    return { sent, request: withProof(request, async () => `proof ${++made}`) }
  }

  it('goes again by itself, with it and all it had', async () => {
    const { sent, request } = setUp([wanted])
    expect(await request(call)).toBe('in')
    expect(sent).toEqual([call, { ...call, body: { account: 'lin', pow: 'proof 1' } }])
  })

  it('takes a new one when the first is not good any more, and ends that after the third', async () => {
    const { sent, request } = setUp([wanted, wanted])
    await request(call)
    expect(sent[2].body?.pow).toBe('proof 2')
    const never = setUp(Array.from({ length: 9 }, () => wanted))
    await expect(never.request(call)).rejects.toBe(wanted)
    expect(never.sent).toHaveLength(4)
  })

  it('leaves every other refusal alone', async () => {
    const { sent, request } = setUp([new ApiError(403, 'muted')])
    await expect(request(call)).rejects.toMatchObject({ code: 'muted' })
    expect(sent).toHaveLength(1)
  })
})

describe('the store', () => {
  let solutions: { resolve(number: number): void; reject(error: unknown): void }[]
  let challenges: (() => Promise<Challenge>)[]

  beforeEach(() => {
    solutions = []
    challenges = []
    vi.resetModules()
    vi.doMock('@/api/challenge', () => ({
      challenge: { get: () => (challenges.shift() ?? (() => Promise.resolve(challenge(7))))() },
    }))
    vi.doMock('@/platform/solver', () => ({
      encode: proof,
      solve: (_asked: Challenge, progress: (share: number) => void) => {
        progress(0.25)
        let reject: (error: unknown) => void = () => undefined
        const result = new Promise<number>((resolve, refuse) => {
          reject = refuse
          solutions.push({ resolve, reject })
        })
        return { result, stop: () => reject(new Stopped()) }
      },
    }))
  })
  afterEach(() => {
    vi.doUnmock('@/api/challenge')
    vi.doUnmock('@/platform/solver')
  })

  /** The solver is fetched first, so how many turns it takes is not for a test to know. */
  const started = (n: number): Promise<void> => vi.waitFor(() => expect(solutions).toHaveLength(n))
  const load = async () => (await import('@/stores/proof')).proof

  it('makes one at a time', async () => {
    const store = await load()
    const both = [store.make(), store.make()]
    await started(1)
    expect([store.phase.value, store.share.value]).toEqual(['working', 0.25])
    solutions[0].resolve(7)
    await both[0]
    await started(2)
    solutions[1].resolve(7)
    expect(await both[1]).toBe(await both[0])
    expect(store.phase.value).toBe('idle')
  })

  it('is stopped at any time, and ready for the next', async () => {
    const store = await load()
    const first = store.make()
    await started(1)
    store.stop()
    await expect(first).rejects.toMatchObject({ code: 'pow_stopped' })
    expect(store.phase.value).toBe('idle')
    const second = store.make()
    await started(2)
    solutions[1].resolve(7)
    expect(await second).toBe(proof(challenge(7), 7))
  })

  it('tells that it failed, and tries again when asked to', async () => {
    const store = await load()
    const offline = new ApiError(0, 'network')
    challenges.push(() => Promise.reject(offline))
    const made = store.make()
    await vi.waitFor(() => expect([store.phase.value, store.failure.value]).toEqual(['failed', offline]))
    store.retry()
    await started(1)
    solutions[0].resolve(7)
    expect(await made).toBe(proof(challenge(7), 7))
    challenges.push(() => Promise.reject(offline))
    const given = store.make()
    await vi.waitFor(() => expect(store.phase.value).toBe('failed'))
    store.stop()
    await expect(given).rejects.toMatchObject({ code: 'pow_stopped' })
  })
})
