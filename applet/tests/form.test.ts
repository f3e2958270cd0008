/** The form check, and what stands in for a password on the wire. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkAccount, checkNickname, checkPassword, checkRepeat, normalTag } from '@/lib/form'
import { passwordV2, sha256Hex, utf8 } from '@/lib/password'
import { uuid4 } from '@/lib/uuid'

describe('account', () => {
  it.each(['abc', 'a-b_c', '0ab', 'Abc', ' abc ', 'a'.repeat(32)])('%s will do', (name) => {
    expect(checkAccount(name)).toBe('')
  })
  it.each(['ab', '-abc', '_abc', 'a b', 'ab!', 'äbc', '漂流线', 'a'.repeat(33)])('%s will not', (name) => {
    expect(checkAccount(name)).toBe('form.account.shape')
  })
  it('is asked for', () => expect(checkAccount('  ')).toBe('form.account.empty'))
})

describe('password', () => {
  it.each([
    ['', 'form.password.empty'],
    ['1234567', 'form.password.short'],
    ['12345678', ''],
    ['密码密码密码密码', ''],
    ['🌧🌧🌧🌧', 'form.password.short'],
    ['x'.repeat(64), ''],
    ['x'.repeat(65), 'form.password.long'],
  ])('%s: %s', (password, key) => {
    expect(checkPassword(password)).toBe(key)
  })
  it('is the same twice', () => {
    expect(checkRepeat('abcdefgh', 'abcdefgh')).toBe('')
    expect(checkRepeat('abcdefgh', 'abcdefgH')).toBe('form.repeat.differs')
  })
})

it('nicknames have 1 to 24 characters', () => {
  expect(checkNickname(' ')).toBe('form.nickname.empty')
  expect(checkNickname('漂'.repeat(24))).toBe('')
  expect(checkNickname('漂'.repeat(25))).toBe('form.nickname.long')
})

it('tags are trimmed, folded and cut', () => {
  expect(normalTag('  #夜  猫子 ')).toBe('夜 猫子')
  expect(Array.from(normalTag('🌧'.repeat(30)))).toHaveLength(20)
  expect(normalTag(' # ')).toBe('')
})

describe('SHA-256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1000000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('has the published digest (%#)', (text, digest) => {
    expect(sha256Hex(text)).toBe(digest)
  })

  it('sees text as Node’s UTF-8 does', () => {
    for (const text of ['漂流线', 'naïve', '🌧️ and 𠮷', '\u{10ffff}', '\ud800x', 'x\udc00']) {
      expect(Buffer.from(utf8(text))).toEqual(Buffer.from(text, 'utf8'))
      expect(sha256Hex(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'))
    }
  })

  it('binds the password to the lower-cased account', () => {
    const digest = createHash('sha256').update('driftline:v2:lin-7:correct horse').digest('hex')
    expect(passwordV2('Lin-7', 'correct horse')).toBe(digest)
    expect(passwordV2('lin-8', 'correct horse')).not.toBe(digest)
  })
})

it('client_ids are UUIDs of version 4, each another', () => {
  const ids = Array.from({ length: 1000 }, () => uuid4())
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(1000)
})
