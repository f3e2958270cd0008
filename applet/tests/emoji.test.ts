/** The emoji that are offered: each once, with a name of its own in both languages, and found by words. */
import { expect, it } from 'vitest'
import { EMOJI, emojiName, findEmoji, GROUPS, RECENT_MAX, recentEmoji, usedEmoji } from '@/lib/emoji'

const all = GROUPS.flatMap((group) => EMOJI[group])
const signs = (list: { sign: string }[]): string[] => list.map(({ sign }) => sign)

it('are about two hundred, each there once', () => {
  expect(all.length).toBeGreaterThan(200)
  expect(new Set(signs(all)).size).toBe(all.length)
  for (const group of GROUPS) expect(EMOJI[group].length, group).toBeGreaterThan(15)
})

it('are each one character of the system’s emoji font', () => {
  for (const { sign } of all) {
    // One picture, or several that are joined to one.
    expect(
      sign.split('\u200d').every((part) => /^\p{Emoji}\ufe0f?$/u.test(part)),
      sign,
    ).toBe(true)
    // Those that are text by default ask to be drawn as a picture.
    expect(/^\p{Emoji_Presentation}/u.test(sign) || sign.includes('\ufe0f'), sign).toBe(true)
  }
})

it('have names of their own', () => {
  for (const language of ['en', 'zh-Hans'] as const) {
    const names = all.map((one) => emojiName(one, language))
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  }
  for (const one of all) {
    expect(one.en).toMatch(/^[a-z]+( [a-z]+)*(, [a-z]+( [a-z]+)*)?$/)
    expect(one['zh-Hans'], one.en).toMatch(/^[\u4e00-\u9fffA-Z]+( [\u4e00-\u9fff]+)*$/)
  }
})

it('are found by the beginning of a word, in either language, and by themselves', () => {
  expect(signs(findEmoji('pen'))).toContain('🐧')
  expect(signs(findEmoji(' HAPPY '))).toContain('😀')
  expect(signs(findEmoji('企鹅'))).toEqual(['🐧'])
  expect(signs(findEmoji('难过')).length).toBeGreaterThan(3)
  expect(signs(findEmoji('🐧'))).toEqual(['🐧'])
  expect(findEmoji('guin')).toEqual([])
  expect(findEmoji('  ')).toEqual([])
  expect(findEmoji('.*')).toEqual([])
})

it('come back in the order of their use, so many of them', () => {
  let used: string[] = []
  for (const { sign } of all.slice(0, RECENT_MAX + 5)) used = usedEmoji(used, sign)
  expect(used).toHaveLength(RECENT_MAX)
  expect(used[0]).toBe(all[RECENT_MAX + 4].sign)
  used = usedEmoji(used, used[3])
  expect(new Set(used).size).toBe(RECENT_MAX)
  expect(signs(recentEmoji(used))).toEqual(used)
  expect(recentEmoji(['gone', ...used])).toHaveLength(RECENT_MAX)
})
