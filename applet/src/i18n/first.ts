/**
 * The two languages: the browser's by default, one's own choice when made. This much comes with the first page, with the
 * words of that page; `index.ts` brings all others.
 */
import { ref } from 'vue'
import { keep } from '@/platform/storage'
import { firstEn } from './first-en'
import { firstZhHans } from './first-zh-Hans'

export type Key = keyof typeof firstEn
export type Language = 'en' | 'zh-Hans'
type Words = Record<string, string>

const tables: Record<Language, Words> = { en: { ...firstEn }, 'zh-Hans': { ...firstZhHans } }

/** Adds the words of later pages. */
export function learn(en: Words, zhHans: Words): void {
  Object.assign(tables.en, en)
  Object.assign(tables['zh-Hans'], zhHans)
}

export function asLanguage(tag: string | null | undefined): Language {
  return /^zh/i.test(tag ?? '') ? 'zh-Hans' : 'en'
}

function systemLanguage(): string {
  if (typeof navigator !== 'undefined' && navigator.language) return navigator.language
  // #ifndef H5
  try {
    return uni.getSystemInfoSync().language ?? 'en'
  } catch {
    return 'en'
  }
  // #endif
  return 'en'
}

const current = ref<Language>(asLanguage(keep.get<string>('language') ?? systemLanguage()))

export function language(): Language {
  return current.value
}

export function setLanguage(next: Language): void {
  current.value = next
  keep.set('language', next)
}

export type Vars = Record<string, string | number>

function fill(text: string, vars: Vars): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars[name] ?? ''))
}

/** A word by a key that need not be there: of an error's code, for instance. Nothing when it is not. */
export function word(key: string, vars: Vars = {}): string {
  return fill(tables[current.value][key] ?? '', vars)
}

/** Reads the language as it is now: inside a template or a computed it follows a change. */
export const t: (key: Key, vars?: Vars) => string = word

/** A mask's name in the reader's language. */
export function aliasOf(mask: { alias: string; alias_zh?: string } | null | undefined): string {
  if (!mask) return ''
  return (current.value === 'zh-Hans' && mask.alias_zh) || mask.alias
}
