/** What is asked for often, done seldom: the first time at once, what comes within `every` milliseconds of it together. */
export function spaced(every: number, act: () => void) {
  let last = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  function now(): void {
    if (timer) clearTimeout(timer)
    timer = null
    last = Date.now()
    act()
  }

  return {
    call(): void {
      // A clock that was set back makes nobody wait longer.
      const rest = Math.min(every, last + every - Date.now())
      if (rest <= 0) now()
      // The timer is the word, not the clock: it may go off a millisecond before the clock says so.
      else timer ??= setTimeout(now, rest)
    },
    end(): void {
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}
