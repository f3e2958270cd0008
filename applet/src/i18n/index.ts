/** The two languages: the browser's by default, one's own choice when made. */
import { ref } from 'vue'
import { keep } from '@/platform/storage'
import { en } from './en'
import { zhHans } from './zh-Hans'

export type Key = keyof typeof en
export type Language = 'en' | 'zh-Hans'

const tables: Record<Language, Record<Key, string>> = { en, 'zh-Hans': zhHans }

export function asLanguage(tag: string | null | undefined): Language {
  return /^zh/i.test(tag ?? '') ? 'zh-Hans' : 'en'
}

function systemLanguage(): string {
  if (typeof navigator !== 'undefined' && navigator.language) return navigator.language
  try {
    return uni.getSystemInfoSync().language ?? 'en'
  } catch {
    return 'en'
  }
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

export function fill(text: string, vars: Vars): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(vars[name] ?? ''))
}

/** Reads the language as it is now: inside a template or a computed it follows a change. */
export function t(key: Key, vars: Vars = {}): string {
  return fill(tables[current.value][key] ?? en[key] ?? key, vars)
}

/** A mask's name in the reader's language. */
export function aliasOf(mask: { alias: string; alias_zh?: string } | null | undefined): string {
  if (!mask) return ''
  return (current.value === 'zh-Hans' && mask.alias_zh) || mask.alias
}
