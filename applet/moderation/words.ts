/** The page's words in the reader's language, and values of answers as people read them. */
import { ref, watchEffect } from 'vue'
import { en, type Key } from './words-en'
import { zh } from './words-zh-Hans'

type Language = 'en' | 'zh-Hans'

const KEY = 'driftline.moderation.language'

function chosen(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'en' || kept === 'zh-Hans') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-Hans' : 'en'
}

export const language = ref<Language>(chosen())

watchEffect(() => (document.documentElement.lang = language.value))

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh-Hans' : 'en'
  localStorage.setItem(KEY, language.value)
}

/** The words of a key, with {name} filled in. */
export function t(key: Key, values: Record<string, unknown> = {}): string {
  const words = language.value === 'en' ? en : zh
  return words[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** What a field of an answer is called: by its own name where there are no words for it. */
export function fieldName(field: string): string {
  const key = `field.${field}`
  return key in en ? t(key as Key) : field
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** The fields whose values are words of the service. */
const CODED = [
  'reason',
  'state',
  'outcome',
  'action',
  'step',
  'kind',
  'by',
  'decision',
  'role',
  'class',
  'mask',
  'appeal',
]

/** A field's value, for people. */
export function shown(value: unknown, field = ''): string {
  const key = `value.${String(value)}`
  if (CODED.includes(field) && key in en) return t(key as Key)
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  if (value === 'infinity') return t('never')
  if (Array.isArray(value)) return value.map((inner) => shown(inner)).join(', ') || '–'
  if (typeof value === 'object')
    return (
      Object.entries(value)
        .map(([name, inner]) => `${shown(name, 'state')} ${shown(inner)}`)
        .join(', ') || '–'
    )
  if (typeof value === 'string' && TIME.test(value))
    return new Date(value).toLocaleString(language.value, { dateStyle: 'short', timeStyle: 'medium' })
  return String(value)
}

export type { Key }
