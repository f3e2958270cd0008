/** Both languages are complete, agree on their variables, and every key that the code names is there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { aliasOf, asLanguage, setLanguage, t } from '@/i18n'
import { errorText } from '@/i18n/errors'
import { estimateText } from '@/lib/estimate'
import { dayName, shortTime, span } from '@/lib/time'

type Words = Record<string, string>
const SRC = join(__dirname, '../src')
const en = table('en')
const zhHans = table('zh-Hans')

/** All words of a language; no key stands in two of its files. */
function table(language: string): Words {
  const files = import.meta.glob<Record<string, Words>>('../src/i18n/*-*.ts', { eager: true })
  const tables = Object.entries(files).filter(([path]) => path.endsWith(`-${language}.ts`))
  const entries = tables.flatMap(([, words]) => Object.values(words).flatMap((of) => Object.entries(of)))
  expect(entries.length).toBe(new Set(entries.map(([key]) => key)).size)
  return Object.fromEntries(entries)
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) ? [path] : []
  })
}

const variables = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

afterEach(() => setLanguage('en'))

describe('the two tables', () => {
  it('have the same keys', () => {
    expect(Object.keys(zhHans).sort()).toEqual(Object.keys(en).sort())
  })

  it('agree on variables, and leave nothing empty', () => {
    for (const [key, text] of Object.entries(en)) {
      const chinese = zhHans[key]
      expect(variables(chinese), key).toEqual(variables(text))
      expect(text.trim() && chinese.trim(), key).toBeTruthy()
    }
  })

  it('have a form for one wherever they have one for many, and the other way round', () => {
    for (const words of [en, zhHans]) {
      const forms = (ending: string): string[] =>
        Object.keys(words).flatMap((key) => {
          const isForm = key.endsWith(ending) && (ending === '.one' || words[key].includes('{n}'))
          return isForm ? key.slice(0, -ending.length) : []
        })
      // Where one is not counted the key itself is its form.
      for (const key of forms('.many')) expect(words[`${key}.one`] ?? words[key], key).toBeTruthy()
      for (const key of forms('.one')) expect(words[`${key}.many`] ?? words[`${key}.about`], key).toBeTruthy()
    }
    for (const [one, many] of [
      ['time.hour', 'time.hours'],
      ['time.day', 'time.days'],
    ])
      expect(en[one] && en[many] && zhHans[one] && zhHans[many]).toBeTruthy()
  })

  it('never say “1 messages”: what is counted in English has a form for one, or is never one', () => {
    /** Bounds, which are larger; places, of which a room has two or more; and those whose form for one is checked above. */
    const neverOne = [
      'appeal.hint',
      'appeal.long',
      'chat.too.long',
      'form.capacity.small',
      'report.lines.full',
      'room.people',
      'room.people.about',
      'time.days',
      'time.hours',
    ]
    const counted = /\{(?:n|capacity)\} (?:[a-z]+ )?(?:[a-z]+s|people)\b/
    const plural = Object.keys(en).filter((key) => counted.test(en[key]) && !key.endsWith('.many'))
    expect(plural.sort()).toEqual(neverOne)
    for (const key of Object.keys(en).filter((name) => name.endsWith('.one')))
      expect(en[key], key).not.toMatch(/\{n\}|\b1 [a-z]+s\b/)
  })

  it('say nothing in the other language', () => {
    for (const [key, text] of Object.entries(en)) expect(/[\u4e00-\u9fff]/.test(text), key).toBe(false)
    for (const [key, text] of Object.entries(zhHans))
      expect(/[\u4e00-\u9fff]|^\{(n\} |\w+\}：\{)/.test(text), key).toBe(true)
  })

  it('hold every key the code names, and none that it does not', () => {
    const text = sources(SRC)
      .filter((path) => !/\/i18n\/\w+-(en|zh-Hans)\.ts$/.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
    const named = new Set([...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((m) => m[1]))
    for (const key of named) expect(en, key).toHaveProperty([key])
    // Of a family of keys the code names the pattern; codes of the service are looked up by name.
    const families = [...text.matchAll(/\bt\(\s*`([\w.${}]+)`/g)].map(
      (m) => new RegExp(`^${m[1].replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '\\w+')}$`),
    )
    const isNamed = (key: string): boolean => text.includes(`'${key}'`) || families.some((f) => f.test(key))
    const unused = Object.keys(en).filter((key) => !key.startsWith('error.') && !isNamed(key))
    expect(unused).toEqual([])
  })

  it('are where words are: no page or component holds its own', () => {
    for (const path of sources(SRC).filter((p) => p.endsWith('.vue'))) {
      const template = readFileSync(path, 'utf8').split('<script')[0]
      expect(template.replace(/<!--[\s\S]*?-->/g, ''), path).not.toMatch(/[\u4e00-\u9fff]/)
    }
  })
})

it('goes by the browser', () => {
  for (const tag of ['zh', 'zh-CN', 'zh-Hans', 'zh_TW']) expect(asLanguage(tag)).toBe('zh-Hans')
  for (const tag of ['en', 'de-DE', '', null, undefined]) expect(asLanguage(tag)).toBe('en')
})

it('names a mask in the reader’s language', () => {
  const mask = { alias: 'Quiet Otter', alias_zh: '安静的水獭' }
  expect(aliasOf(mask)).toBe('Quiet Otter')
  setLanguage('zh-Hans')
  expect(aliasOf(mask)).toBe('安静的水獭')
  expect(aliasOf({ alias: 'Quiet Otter' })).toBe('Quiet Otter')
})

it('says what an error means', () => {
  expect(errorText(new ApiError(404, 'bad_credentials'))).toBe(en['error.bad_credentials'])
  expect(errorText(new ApiError(429, 'too_many', '', { retryAfter: 42 }))).toContain('42 s')
  expect(errorText(new ApiError(503, 'unavailable', '', { retryAfter: 120 }))).toContain('2 min')
  expect(errorText(new ApiError(503, 'busy'))).toContain('ask for this')
  expect(errorText(new ApiError(0, 'network'))).toBe(en['error.network'])
  expect(errorText(new ApiError(418, 'teapot', 'I am a teapot.'))).toBe('I am a teapot.')
  expect(errorText(new Error('x'))).toBe(en['error.network'])
  const until = { until: '2031-05-06T12:00:00Z', reason: 'spam' }
  expect(errorText(new ApiError(202, 'blacklisted', '', until))).toMatch(/2031.*Spam/)
  setLanguage('zh-Hans')
  expect(errorText(new ApiError(429, 'too_many', '', { retryAfter: 42 }))).toContain('42 秒')
})

describe('times', () => {
  const now = new Date(2026, 4, 6, 12, 0)
  const at = (...x: [number, number, number, number]): string => new Date(...x).toISOString()
  it('are told as people do', () => {
    expect(dayName(at(2026, 4, 6, 0), now)).toBe('Today')
    expect(dayName(at(2026, 4, 5, 23), now)).toBe('Yesterday')
    expect(dayName(at(2026, 2, 1, 9), now)).toBe('1 Mar')
    expect(dayName(at(2025, 2, 1, 9), now)).toBe('1 Mar 2025')
    expect(shortTime(at(2026, 4, 6, 9), now)).toBe('09:00')
    setLanguage('zh-Hans')
    expect(dayName(at(2025, 2, 1, 9), now)).toBe('2025年3月1日')
    expect(span(300)).toBe('5 分钟')
  })
  it('take a service’s microseconds', () => {
    expect(dayName('2020-01-02T12:00:00.123456Z', now)).toBe('2 Jan 2020')
  })
})

it('estimates a wait only on the word of five', () => {
  expect(estimateText({ p50: 10, p90: 40, n: 4 })).toBe('')
  expect(estimateText({ p50: null, p90: null, n: 0 })).toBe('')
  expect(estimateText(null)).toBe('')
  expect(estimateText({ p50: 10, p90: 400, n: 5 })).toBe(t('match.estimate', { p50: '10 s', p90: '7 min' }))
})
