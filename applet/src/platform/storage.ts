/** Local storage under one prefix, so that a logout can wipe all of ours. A full or forbidden store is no error. */
const PREFIX = 'driftline.'

export interface Keep {
  get<T>(key: string): T | undefined
  set(key: string, value: unknown): void
  remove(key: string): void
  keys(prefix: string): string[]
}

export const keep: Keep = {
  get<T>(key: string): T | undefined {
    try {
      const value = uni.getStorageSync(PREFIX + key) as T | ''
      return value === '' || value === null ? undefined : (value as T)
    } catch {
      return undefined
    }
  },
  set(key, value) {
    try {
      uni.setStorageSync(PREFIX + key, value)
    } catch {
      // A full store only costs what would have been kept.
    }
  },
  remove(key) {
    try {
      uni.removeStorageSync(PREFIX + key)
    } catch {
      // As above.
    }
  },
  keys(prefix) {
    try {
      return uni
        .getStorageInfoSync()
        .keys.filter((k) => k.startsWith(PREFIX + prefix))
        .map((k) => k.slice(PREFIX.length))
    } catch {
      return []
    }
  },
}

/** Tells when another page of this browser sets or removes this key. The applet has one page alone. */
export function whenKept(key: string, action: () => void): void {
  // #ifdef H5
  if (typeof window === 'undefined') return
  window.addEventListener('storage', (e) => {
    if (e.key === PREFIX + key) action()
  })
  // #endif
}
