/** Addresses in what strangers write: what becomes a link, where it ends, and which host it leads to. */
import { describe, expect, it } from 'vitest'
import { LINK_MAX, linkPieces, mayLink, shareCode, trueHost } from '@/lib/links'

/** The addresses of a text; what is found must be the text again. */
function links(text: string): string[] {
  const pieces = linkPieces(text)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  for (const piece of pieces) expect(piece.href === '' || piece.href === piece.text).toBe(true)
  return pieces.filter((piece) => piece.href).map((piece) => piece.href)
}

const repeated = (part: string, length: number): string => part.repeat(Math.ceil(length / part.length))

describe('an address', () => {
  it.each([
    ['https://example.com', 'https://example.com'],
    ['see http://example.com/a?b=c#d now', 'http://example.com/a?b=c#d'],
    ['HTTPS://Example.COM/Path', 'HTTPS://Example.COM/Path'],
    ['https://example.com:8443/x', 'https://example.com:8443/x'],
    ['http://192.168.0.1/admin', 'http://192.168.0.1/admin'],
    ['https://example.com?q=1', 'https://example.com?q=1'],
    ['https://de.wikipedia.org/wiki/Käse', 'https://de.wikipedia.org/wiki/Käse'],
    ['https://a_b.example.com', 'https://a_b.example.com'],
    ["https://example.com/O'Reilly", "https://example.com/O'Reilly"],
  ])('is found in %s', (text, href) => expect(links(text)).toEqual([href]))

  it.each([
    ['Is it https://example.com?', 'https://example.com'],
    ['https://example.com.', 'https://example.com'],
    ['https://example.com/a, https', 'https://example.com/a'],
    ['https://example.com/a!!! ', 'https://example.com/a'],
    ['**https://example.com/a**', 'https://example.com/a'],
    ["'https://example.com/a'", 'https://example.com/a'],
    ['"https://example.com/a"', 'https://example.com/a'],
    ['<https://example.com/a>', 'https://example.com/a'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['(https://example.com/a_(b))', 'https://example.com/a_(b)'],
    ['https://example.com/a_(b)', 'https://example.com/a_(b)'],
    ['[text](https://example.com/a)', 'https://example.com/a'],
    ['[https://example.com/a]', 'https://example.com/a'],
    ['https://example.com/a)).', 'https://example.com/a'],
    ['https://example.com:', 'https://example.com'],
    ['https://example.com:99999', 'https://example.com'],
  ])('ends before what belongs to the sentence: %s', (text, href) => expect(links(text)).toEqual([href]))

  it.each([
    ['看https://example.com看看', 'https://example.com'],
    ['https://example.com/a看看', 'https://example.com/a'],
    ['https://example.com/a。然后', 'https://example.com/a'],
    ['https://example.com/a，然后', 'https://example.com/a'],
    ['（https://example.com/a）', 'https://example.com/a'],
    ['《https://example.com/a》', 'https://example.com/a'],
    ['“https://example.com/a”', 'https://example.com/a'],
    ['https://example.com/a、https', 'https://example.com/a'],
    ['https://example.com/a！', 'https://example.com/a'],
    ['https://example.com　然后', 'https://example.com'],
    ['https://example.com/a한국어', 'https://example.com/a'],
    ['https://example.com/aカナ', 'https://example.com/a'],
    ['https://例子.中国/a', 'https://例子.中国/a'],
    ['https://www.例子.com', 'https://www.例子.com'],
    ['https://example.com😀', 'https://example.com'],
    ['https://example.com/a👩‍🚀', 'https://example.com/a'],
  ])('ends before Chinese, Japanese, Korean and emoji: %s', (text, href) =>
    expect(links(text)).toEqual([href]),
  )

  it.each([
    'example.com',
    'www.example.com',
    'javascript://example.com/%0aalert(1)',
    'ftp://example.com',
    'shttp://example.com',
    'https://',
    'https:// example.com',
    'https:///example.com',
    'https:\\\\example.com',
    'https://localhost:8080/',
    'https://.com',
    'https://a..b',
    'https://-a.com',
    'https://2130706433/',
    'http://0x7f.1/',
    'http://0x7f.0x0.0x0.0x1/',
    'http://0177.0.0.01111/',
    'http://1.2.3/',
    'http://256.1.1.1/',
    'https://[::1]/',
    'https://%65xample.com/',
    `https://${'a'.repeat(64)}.com/`,
    `https://${'abc.'.repeat(70)}com/`,
  ])('is not seen in %s', (text) => expect(links(text)).toEqual([]))

  it.each([
    'https://paypal.com@evil.com/',
    'https://paypal.com:443@evil.com/',
    'https://paypal.com:pass@evil.com/',
    'https://paypal.com:@evil.com',
    'https://paypal.com%2f@evil.com',
    'https://paypal.com&a=b@evil.com',
    'https://user@example.com',
    'https://@example.com',
  ])('that names a user is none: %s', (text) => expect(links(text)).toEqual([]))

  it('with an @ in its path is one', () => {
    expect(links('https://example.com/@ann')).toEqual(['https://example.com/@ann'])
  })

  it('ends where a browser would take a backslash for a slash', () => {
    expect(links('https://evil.com\\@paypal.com')).toEqual(['https://evil.com'])
  })

  it.each(['\u200b', '\u202e', '\u2066', '\u00ad', '\ufeff', '\u2060', '\u0000', '\t', '\n', '\u00a0'])(
    'ends at what is not seen (%j)',
    (mark) => {
      expect(links(`https://exam${mark}ple.com`)).toEqual([])
      expect(links(`https://example.com${mark}.evil.com`)).toEqual(['https://example.com'])
      expect(links(`https://example.com/a${mark}b`)).toEqual(['https://example.com/a'])
    },
  )

  it('takes no wide dot or letter for a plain one', () => {
    for (const dot of ['。', '．', '｡', '﹒', '․'])
      expect(links(`https://example.com${dot}evil.com`)).toEqual(['https://example.com'])
    expect(links('https://ｅxample.com')).toEqual([])
    expect(links('https://𝐩aypal.com')).toEqual([])
  })

  it('stands beside others', () => {
    expect(links('https://a.com和https://b.com/c,https://d.com')).toEqual([
      'https://a.com',
      'https://b.com/c,https://d.com',
    ])
    expect(links('a\nhttps://a.com\nhttps://b.com')).toEqual(['https://a.com', 'https://b.com'])
    expect(links('http://http://example.com')).toEqual(['http://example.com'])
  })

  it('is as long as one may be, and no longer', () => {
    const most = 'https://example.com/' + 'a'.repeat(LINK_MAX - 20)
    expect(links(most)).toEqual([most])
    expect(links(most + 'a')).toEqual([])
  })
})

it('leaves any text whole', () => {
  for (const text of [
    '',
    ' ',
    'plain',
    '看看',
    'https://',
    'x https://a.com y',
    'a https://a.com)) b (https://b.com',
  ])
    links(text)
  // What a stranger might put together.
  const parts = [
    'https://',
    'http://',
    'a.com',
    '.',
    '@',
    ':',
    '/',
    '(',
    ')',
    '看',
    '。',
    '\u202e',
    '😀',
    ' ',
    '%',
    '-',
    '?',
  ]
  let seed = 7
  for (let round = 0; round < 3000; round++) {
    let text = ''
    for (let i = 0; i < 14; i++) text += parts[(seed = (seed * 48271) % 2147483647) % parts.length]
    for (const href of links(text)) {
      // A browser agrees that this is its host, and no one else's.
      const host = /^https?:\/\/([^/?#:]*)/i.exec(href)![1]
      expect(new URL(href).hostname === host.toLowerCase() || /[^\0-\x7f]/.test(host), href).toBe(true)
      expect(new URL(href).username).toBe('')
    }
  }
})

it('looks at each character a few times at the most, whatever the text is', () => {
  const length = 8000
  let looks = 0
  let most = 0

  const { test } = RegExp.prototype
  RegExp.prototype.test = function (text) {
    looks++
    return test.call(this, text)
  }
  const parts = [
    '.',
    'https://',
    'https://a.b',
    'https://a.b:',
    'https://a.b/',
    'https://a.b@',
    'https://a.b%',
  ]
  for (const part of [
    ...parts,
    'https://a.',
    'https://a.b)',
    'https://a.b/(',
    'https://看',
    'h',
    ':',
    'a',
    ')',
  ])
    for (const before of ['', 'https://a', 'https://a.b/', 'https://a.b:x']) {
      looks = 0
      linkPieces(before + repeated(part, length))
      most = Math.max(most, looks)
    }
  RegExp.prototype.test = test
  expect(most).toBeLessThan(6 * length)
})

it('knows what is worth a look', () => {
  expect(mayLink('http and https: // and ://')).toBe(false)
  expect(mayLink('HTTP://x')).toBe(true)
})

describe('the host that is shown', () => {
  it.each([
    ['https://Example.COM/a', 'example.com'],
    ['https://example.com:8443/a', 'example.com:8443'],
    ['https://example.com:443/a', 'example.com'],
    ['https://例子.中国/a', '例子.中国'],
    ['https://例子.com', '例子.com'],
    // Cyrillic letters in a Latin name, and a name all of them.
    ['https://pаypal.com', 'xn--pypal-4ve.com'],
    ['https://аррӏе.com', 'xn--80ak6aa92e.com'],
    ['https://münchen.de', 'xn--mnchen-3ya.de'],
    ['https://例子shop.com', new URL('https://例子shop.com').hostname],
    ['https://ﬁsh.com', 'fish.com'],
  ])('of %s is %s', (href, host) => {
    expect(trueHost(href)).toBe(host)
  })

  it('is none where no browser would go, or elsewhere than it reads', () => {
    expect(trueHost('https://a.com@b.com')).toBe('')
    expect(trueHost('https://a℀b.com')).toBe('')
    expect(trueHost('nothing')).toBe('')
  })
})

it('knows the links into rooms of this service', () => {
  const own = 'https://drift.example:8443'
  const code = 'Ab3_-Ab3_-Ab3_-Ab3_-Ab'
  expect(shareCode(`${own}/s/${code}`, own)).toBe(code)
  expect(shareCode(`HTTPS://Drift.example:8443/s/${code}`, own)).toBe(code)
  for (const other of [
    `https://drift.example/s/${code}`,
    `http://drift.example:8443/s/${code}`,
    `https://drift.example:8443.evil.com/s/${code}`,
    `${own}/s/${code}/x`,
    `${own}/s/${code}?x`,
    `${own}/x/s/${code}`,
    `${own}/s/`,
  ])
    expect(shareCode(other, own), other).toBe('')
})
