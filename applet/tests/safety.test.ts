/** Safety as the stores keep it: reports, warnings, bans, lines that are held, the question of age, erasure. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/error'
import type { Warning } from '@/api/types'
import { errorText } from '@/i18n/errors'
import { chatRows, choosable } from '@/lib/chatlines'
import { standing } from '@/lib/standing'
import { strengthHint } from '@/lib/strength'
import { group, liveSetUp, me, room } from './fake'
import { replies, reset, say, sent, settle, socket, stored, user } from './outside'

beforeEach(reset)

async function load() {
  vi.resetModules()
  const { session } = await import('@/stores/session')
  const { rooms } = await import('@/stores/rooms')
  const { warnings } = await import('@/stores/warnings')
  const { useReporting } = await import('@/stores/reporting')
  const { ban } = await import('@/stores/ban')
  const { age } = await import('@/stores/age')
  const { live } = await import('@/live')
  return { session, rooms, warnings, useReporting, ban, age, live }
}

async function signedIn() {
  const stores = await load()
  await stores.session.guest()
  await settle()
  socket.open()
  await settle()
  return stores
}

const refusal = (status: number, code: string, more = {}) => ({
  status,
  data: { error: { code, message: 'm', ...more } },
})
const calls = (path: string) => sent.filter((call) => call.path === path)

describe('a report', () => {
  const whom = { member: 'them', alias: 'Quiet Otter', alias_zh: '安静的水獭' }

  it('is sent with its reason, the chosen lines in order, and what was said to it', async () => {
    const { useReporting } = await load()
    const reporting = useReporting(() => 'a')
    reporting.open(whom, 7)
    reporting.choose()
    for (const seq of [9, 3, 9]) reporting.toggle(seq)
    reporting.chosen()
    await reporting.send()
    expect(reporting.state.wrong.reason).toBe('report.reason.empty')
    expect(calls('/reports')).toEqual([])
    Object.assign(reporting.state, { reason: 'spam', note: ' again and again ' })
    replies['POST /reports'] = { status: 201, data: { id: 'r', state: 'open' } }
    await reporting.send()
    expect(calls('/reports').map(({ body }) => body)).toEqual([
      { room: 'a', member: 'them', reason: 'spam', seqs: [3, 7], note: 'again and again' },
    ])
    expect(reporting.state.stage).toBe('sent')
  })

  it('may be about the room itself', async () => {
    const { useReporting } = await load()
    const reporting = useReporting(() => 'a')
    reporting.open({ member: '', alias: 'Topic', alias_zh: 'Topic' })
    reporting.state.reason = 'illegal'
    await reporting.send()
    expect(calls('/reports')[0].body).toEqual({ room: 'a', reason: 'illegal' })
  })

  it('holds twenty lines', async () => {
    const { useReporting } = await load()
    const reporting = useReporting(() => 'a')
    reporting.open(whom)
    for (let seq = 1; seq <= 21; seq++) reporting.toggle(seq)
    expect([reporting.state.seqs.length, reporting.state.full]).toEqual([20, true])
    reporting.toggle(5)
    reporting.toggle(21)
    expect([reporting.state.seqs.includes(21), reporting.state.full]).toEqual([true, false])
  })

  it('stays as it is when it is refused, and blocks too when asked to', async () => {
    const { useReporting, rooms } = await signedIn()
    rooms.put(group('a'))
    const reporting = useReporting(() => 'a')
    reporting.open(whom, 1)
    Object.assign(reporting.state, { reason: 'other', note: 'x' })
    replies['POST /reports'] = refusal(429, 'too_many')
    await reporting.send()
    expect(reporting.state).toMatchObject({ stage: 'form', seqs: [1], note: 'x' })
    expect(reporting.failure.value).toContain('Try again in')
    replies['POST /reports'] = { status: 201, data: { id: 'r', state: 'open' } }
    await reporting.send()
    await reporting.block()
    expect(calls('/blocks')[0].body).toEqual({ room: 'a', member: 'them' })
    expect(reporting.state.blocked).toBe(true)
  })

  it('is about others’ lines', () => {
    const lines = [1, 2, 3].map((seq) => ({
      room: 'a',
      seq,
      ...{
        alias: '',
        alias_zh: '',
        avatar: '',
        kind: 'text' as const,
        body: 'x',
        at: '2026-01-01T00:00:00Z',
      },
      member: ['me', 'them', 'other'][seq - 1],
    }))
    const rows = chatRows(lines, [], group('a'))
    const may = (member: string) => rows.filter((row) => choosable(row, member)).map((row) => row.seq)
    expect(may('them')).toEqual([2])
    expect(may('')).toEqual([2, 3])
  })
})

function warning(id: string, more: Partial<Warning> = {}): Warning {
  const none = { until: null, seen: false, lifted: false, over: false, appeal: null }
  return {
    id,
    kind: 'warn',
    reason: 'spam',
    at: '2026-01-01T00:00:00Z',
    expires: '2036-01-01T00:00:00Z',
    ...none,
    ...more,
  }
}

describe('warnings', () => {
  it('are looked at when one is in, and those that come are told at once', async () => {
    replies['GET /warnings?limit=50'] = {
      status: 200,
      data: { items: [warning('old', { seen: true })], next: null },
    }
    const { warnings } = await signedIn()
    expect([warnings.items.value.length, warnings.unread.value, warnings.fresh.value]).toEqual([1, [], null])
    say({ type: 'warning', warning: warning('new', { at: '2026-02-01T00:00:00Z' }) })
    expect(warnings.items.value.map(({ id }) => id)).toEqual(['new', 'old'])
    expect(warnings.fresh.value?.id).toBe('new')
    warnings.later()
    expect([warnings.fresh.value, warnings.unread.value.length]).toEqual([null, 1])
    await warnings.seen('new')
    expect(calls('/warnings/new/seen')).toHaveLength(1)
    expect(warnings.unread.value).toEqual([])
  })

  it('are read on one device for all', async () => {
    const { warnings } = await signedIn()
    say({ type: 'warning', warning: warning('w') })
    say({ type: 'warning', warning: warning('w', { seen: true }) })
    expect([warnings.fresh.value, warnings.unread.value.length]).toEqual([null, 0])
  })

  it('can be appealed, and show the answer', async () => {
    const { warnings } = await signedIn()
    say({ type: 'warning', warning: warning('w') })
    const appeal = { text: 'no', at: '2026-01-02T00:00:00Z', decision: null, answer: null }
    replies['POST /warnings/w/appeal'] = { status: 200, data: warning('w', { seen: true, appeal }) }
    await warnings.appeal('w', 'no')
    expect(calls('/warnings/w/appeal')[0].body).toEqual({ text: 'no' })
    expect(warnings.items.value[0].appeal).toEqual(appeal)
    const answered = { ...appeal, decision: 'lift' as const, answer: 'yes' }
    say({
      type: 'warning',
      warning: warning('w', { seen: true, lifted: true, over: true, appeal: answered }),
    })
    expect(warnings.items.value[0].appeal?.decision).toBe('lift')
  })

  it('that mute close every room until they end', async () => {
    const { warnings } = await signedIn()
    const until = '2026-03-01T00:00:00.000Z'
    say({ type: 'warning', warning: warning('w', { kind: 'mute', until }) })
    expect(warnings.mutedUntil.value).toBe(until)
    const before = Date.parse(until) - 1000
    expect(standing(group('a'), before, until)).toEqual({ may: false, why: 'everywhere', until })
    expect(standing(group('a'), before + 2000, until)).toEqual({ may: true })
    say({ type: 'warning', warning: warning('w', { kind: 'mute', until, lifted: true, over: true }) })
    expect(warnings.mutedUntil.value).toBe('')
  })

  it('are gone with the session', async () => {
    const { warnings, session } = await signedIn()
    say({ type: 'warning', warning: warning('w') })
    session.end('', true)
    expect([warnings.items.value, warnings.fresh.value]).toEqual([[], null])
  })
})

describe('a ban', () => {
  const told = { until: '2026-09-01T00:00:00Z', reason: 'spam', appeal_code: 'code' }

  it('ends the connection for good, and says what it was told', async () => {
    const { live } = await signedIn()
    const over = vi.fn()
    live.on((event) => event.type === 'over' && over(event))
    const streams = calls('/stream').length
    say({ type: 'bye', reason: 'banned', ban: told })
    socket.close()
    await settle()
    live.hurry()
    live.foreground(true)
    await settle()
    expect(over).toHaveBeenCalledExactlyOnceWith({ type: 'over', reason: 'banned', ban: told })
    expect(calls('/stream')).toHaveLength(streams)
  })

  it('is kept, through a restart and for other pages, until somebody is in again', async () => {
    const { ban } = await load()
    ban.told(told)
    const later = await load()
    expect(later.ban.look()).toBe(true)
    expect(later.ban.current.value).toEqual(told)
    await later.session.guest()
    expect([later.ban.current.value, stored.has('driftline.ban')]).toEqual([null, false])
  })

  it('is told by a login too, with the code for one appeal', async () => {
    const { ban, session } = await load()
    replies['POST /login'] = {
      status: 202,
      data: { error: { code: 'blacklisted', message: 'm' }, ...told, until: null },
    }
    const refused = await session.login('lin', 'correct horse').catch((error: ApiError) => error)
    ban.refused(refused as ApiError)
    expect(ban.current.value).toMatchObject({ until: null, reason: 'spam', appeal_code: 'code' })
    const appeal = { text: 'sorry', at: '2026-01-02T00:00:00Z', decision: null, answer: null }
    replies['POST /appeals'] = { status: 200, data: warning('w', { kind: 'ban', appeal }) }
    await ban.appeal('sorry')
    expect(calls('/appeals')[0].body).toEqual({ code: 'code', text: 'sorry' })
    expect(ban.current.value).toEqual({ until: null, reason: 'spam', appeal })
    await ban.appeal('again')
    expect(calls('/appeals')).toHaveLength(1)
  })
})

it('much at once is waited out, and the line is kept', async () => {
  const s = await liveSetUp()
  s.service.failing.set('send', new ApiError(429, 'too_many', '', { retryAfter: 30 }))
  s.live.send('a', 'one more')
  await s.clock.pass(500)
  const [line] = s.live.pending('a')
  expect(line).toMatchObject({ state: 'sending', code: 'waiting', many: true })
  expect((line.until ?? 0) - s.clock.now()).toBeGreaterThan(29000)
  s.service.failing.clear()
  await s.clock.pass(40000)
  expect(s.bodies('a')).toEqual(['one more'])
})

it('says who has muted one', () => {
  const until = '2031-05-06T12:00:00Z'
  expect(errorText(new ApiError(403, 'muted', '', { detail: { everywhere: false } }))).toContain('owner')
  expect(errorText(new ApiError(403, 'muted', '', { detail: { everywhere: true } }))).toContain('moderators')
  expect(errorText(new ApiError(403, 'matching_paused', '', { until }))).toContain('2031')
})

describe('the question of age', () => {
  beforeEach(
    () => void (replies['GET /settings'] = { status: 200, data: { age: 18, keep: { messages: 90 } } }),
  )

  it('is asked once before the first start', async () => {
    const { session, age } = await load()
    const first = session.guest()
    await settle()
    expect(age.asked.value).toBe(18)
    expect(calls('/login/guest')).toEqual([])
    age.answer(true)
    await first
    session.end('', true)
    await session.guest()
    expect(calls('/login/guest')).toHaveLength(2)
  })

  it('keeps out who says no, and asks again another time', async () => {
    const { session, age } = await load()
    const first = session.guest().catch((error: unknown) => error)
    await settle()
    age.answer(false)
    const refused = await first
    const words = (await import('@/i18n/errors')).errorText
    expect(words(refused)).toBe('You can come back when you are 18.')
    expect(calls('/login/guest')).toEqual([])
    void session.guest()
    await settle()
    expect(age.asked.value).toBe(18)
  })

  it('is asked again where a higher age is wanted, and never where none is', async () => {
    stored.set('driftline.age', 16)
    const { session, age } = await load()
    void session.guest()
    await settle()
    expect(age.asked.value).toBe(18)
    stored.clear()
    replies['GET /settings'] = { status: 200, data: { age: 0, keep: { messages: 90 } } }
    await (await load()).session.guest()
  })
})

describe('the name of a device', () => {
  const asked = (device: boolean): void =>
    void (replies['GET /settings'] = { status: 200, data: { age: 0, device, keep: { messages: 90 } } })
  const sent = (): unknown[] => calls('/login/guest').map(({ body }) => (body as { device?: string }).device)

  it('is made up once where it is asked for, and outlives a logout', async () => {
    asked(true)
    const { session } = await load()
    await session.guest()
    await session.logout(false)
    await session.guest()
    expect(sent()[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(sent()[1]).toBe(sent()[0])
  })

  it('is neither made nor sent elsewhere', async () => {
    asked(false)
    const { session } = await load()
    await session.guest()
    stored.set('driftline.device', 'from before')
    await session.guest()
    expect(sent()).toEqual([undefined, undefined])
  })
})

describe('erasing the account', () => {
  it('is proven by the password, and leaves nothing here', async () => {
    replies['POST /login'] = {
      status: 200,
      data: { token: 't', user: user({ account: 'lin', guest: false }) },
    }
    const { session } = await load()
    await session.login('lin', 'correct horse')
    stored.set('driftline.room.a', 'x')
    replies['DELETE /me'] = refusal(404, 'bad_credentials')
    await expect(session.erase('wrong')).rejects.toMatchObject({ code: 'bad_credentials' })
    expect([session.signed.value, session.erasing.value]).toEqual([true, false])
    delete replies['DELETE /me']
    await session.erase('correct horse')
    expect(calls('/me').at(-1)?.body).toEqual({ password_v2: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect([session.signed.value, session.over.value]).toEqual([false, 'erased'])
    expect([...stored.keys()]).toEqual([])
  })

  it('asks a guest for a word, and who came by WeChat for a fresh code', async () => {
    const { session } = await signedIn()
    await session.erase('')
    expect(calls('/me').at(-1)?.body).toEqual({ confirm: true })
    replies['POST /login/guest'] = { status: 200, data: { token: 't', user: user({ guest: false }) } }
    await session.guest()
    await session.erase('')
    expect(calls('/me').at(-1)?.body).toEqual({ code: 'fresh' })
  })
})

it('has a word on a new password', () => {
  expect(strengthHint('short')).toBe('entry.password.hint')
  expect(strengthHint('aaaaaaaaaaaaaaaaaaaa')).toBe('strength.same')
  expect(strengthHint('wild otter')).toBe('strength.fair')
  expect(strengthHint('four words in a row')).toBe('strength.good')
})

it('knows a chat that one may write in', () => {
  expect(standing(room('a'))).toEqual({ may: true })
  expect(standing(room('a', { me: me({ muted_until: '2099-01-01T00:00:00Z' }) }))).toMatchObject({
    why: 'muted',
  })
})
