import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { spaced } from '@/lib/spaced'

beforeEach(() => void vi.useFakeTimers({ now: 1000 }))
afterEach(() => void vi.useRealTimers())

describe('what is done seldom', () => {
  it('is done at once, then together', () => {
    const act = vi.fn()
    const { call } = spaced(60, act)
    call()
    expect(act).toHaveBeenCalledTimes(1)
    call()
    call()
    expect(act).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(60)
    expect(act).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(600)
    expect(act).toHaveBeenCalledTimes(2)
  })

  it('is done although the timer goes off before the clock says so', () => {
    const act = vi.fn()
    const { call } = spaced(60, act)
    call()
    call()
    vi.setSystemTime(990)
    vi.advanceTimersByTime(60)
    expect(act).toHaveBeenCalledTimes(2)
    call()
    vi.advanceTimersByTime(60)
    expect(act).toHaveBeenCalledTimes(3)
  })

  it('does not wait for a clock that was set back', () => {
    const act = vi.fn()
    const { call } = spaced(60, act)
    call()
    vi.setSystemTime(-3600000)
    call()
    vi.advanceTimersByTime(60)
    expect(act).toHaveBeenCalledTimes(2)
  })

  it('is not done after its end', () => {
    const act = vi.fn()
    const { call, end } = spaced(60, act)
    call()
    call()
    end()
    vi.advanceTimersByTime(600)
    expect(act).toHaveBeenCalledTimes(1)
  })
})
