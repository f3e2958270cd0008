/** The request wrapper: what it sends on each platform, and what it makes of every kind of answer. */
import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/error'
import { createRequest, type Answer, type Surroundings } from '@/api/http'

type Sent = Parameters<Surroundings['fetch']>[0]

function setUp(answer: Partial<Answer> | ApiError, around: Partial<Surroundings> = {}) {
  const sent: Sent[] = []
  let unauthorized = 0
  const request = createRequest({
    base: '',
    cookie: false,
    token: () => 'secret',
    language: () => 'zh-Hans',
    unauthorized: () => void unauthorized++,
    session: () => 1,
    fetch: async (call) => {
      sent.push(call)
      if (answer instanceof ApiError) throw answer
      return { status: 200, data: {}, header: {}, ...answer }
    },
    ...around,
  })
  return { request, sent, count: () => unauthorized }
}

const refusal = (status: number, error: Record<string, unknown>, header = {}) => ({
  status,
  data: { error },
  header,
})

async function thrown(promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: ApiError) => error,
  )
}

describe('what is sent', () => {
  it('carries the language and, in the applet, the token', async () => {
    const { request, sent } = setUp({}, { base: 'http://x' })
    await request({ method: 'GET', path: '/me' })
    expect(sent[0]).toMatchObject({ url: 'http://x/api/v1/me', method: 'GET', data: undefined })
    expect(sent[0].header).toEqual({
      Accept: 'application/json',
      'Accept-Language': 'zh-Hans',
      Authorization: 'Bearer secret',
    })
  })

  it('asks for a cookie on H5 when it logs in, and never for both', async () => {
    const { request, sent } = setUp({}, { cookie: true })
    await request({ method: 'POST', path: '/login/guest', login: true })
    await request({ method: 'GET', path: '/me' })
    expect(sent[0].header['X-Session']).toBe('cookie')
    expect(sent[1].header['X-Session']).toBeUndefined()
    expect(sent.some((s) => s.header.Authorization)).toBe(false)
  })

  it('sends no old token when the applet logs in', async () => {
    const { request, sent } = setUp({})
    await request({ method: 'POST', path: '/login', body: { account: 'x' }, login: true })
    expect(sent[0].header.Authorization).toBeUndefined()
    expect(sent[0].header['X-Session']).toBeUndefined()
  })

  it('gives every POST a JSON body', async () => {
    const { request, sent } = setUp({})
    await request({ method: 'POST', path: '/logout' })
    await request({ method: 'DELETE', path: '/match' })
    expect(sent[0].data).toBe('{}')
    expect(sent[0].header['Content-Type']).toBe('application/json')
    expect(sent[1].data).toBeUndefined()
    expect(sent[1].header['Content-Type']).toBeUndefined()
  })

  it('runs eight at once and no more', async () => {
    let running = 0
    let most = 0
    const waiting: (() => void)[] = []
    const { request } = setUp(
      {},
      {
        fetch: () =>
          new Promise((resolve) => {
            most = Math.max(most, ++running)
            waiting.push(() => {
              running--
              resolve({ status: 204, data: '', header: {} })
            })
          }),
      },
    )
    const all = Array.from({ length: 30 }, () => request({ method: 'GET', path: '/me' }))
    for (let done = 0; done < 30;) {
      await Promise.resolve()
      const next = waiting.shift()
      if (next) {
        next()
        done++
      }
    }
    await Promise.all(all)
    expect(most).toBe(8)
  })
})

describe('what comes back', () => {
  it('is the bare resource', async () => {
    const { request } = setUp({ data: { state: 'idle' } })
    expect(await request({ method: 'GET', path: '/match' })).toEqual({ state: 'idle' })
  })

  it.each([
    [202, 'account_exists'],
    [400, 'malformed'],
    [404, 'bad_credentials'],
    [409, 'room_ended'],
    [413, 'too_large'],
  ])('%i %s is thrown by its code', async (status, code) => {
    const { request } = setUp(refusal(status, { code, message: '话' }))
    expect(await thrown(request({ method: 'POST', path: '/x' }))).toMatchObject({
      status,
      code,
      message: '话',
    })
  })

  it('tells the field, the wait, the end and the reason', async () => {
    const field = setUp(refusal(422, { code: 'invalid_field', message: 'm', field: 'account' }))
    expect((await thrown(field.request({ method: 'POST', path: '/x' }))).field).toBe('account')
    const wait = setUp(refusal(429, { code: 'too_many', message: 'm' }, { 'retry-after': '7' }))
    expect(await thrown(wait.request({ method: 'POST', path: '/x' }))).toMatchObject({
      retryAfter: 7,
      passing: true,
    })
    const until = setUp({
      status: 202,
      data: { error: { code: 'blacklisted', message: 'm' }, until: '2027-01-01T00:00:00Z', reason: 'spam' },
    })
    expect(await thrown(until.request({ method: 'POST', path: '/login', login: true }))).toMatchObject({
      code: 'blacklisted',
      until: '2027-01-01T00:00:00Z',
      reason: 'spam',
      passing: false,
    })
  })

  it('survives an answer that is no JSON', async () => {
    const { request } = setUp({ status: 502, data: '<html>' })
    expect(await thrown(request({ method: 'GET', path: '/me' }))).toMatchObject({
      code: 'http_502',
      passing: true,
    })
  })

  it('ends the session on 401, but not while logging in', async () => {
    const { request, count } = setUp(refusal(401, { code: 'unauthorized', message: 'm' }))
    await thrown(request({ method: 'POST', path: '/login', login: true }))
    expect(count()).toBe(0)
    await thrown(request({ method: 'GET', path: '/me' }))
    expect(count()).toBe(1)
  })

  it('passes on that the network is gone, and frees its place', async () => {
    const { request } = setUp(new ApiError(0, 'network'))
    for (let i = 0; i < 20; i++)
      expect(await thrown(request({ method: 'GET', path: '/me' }))).toMatchObject({
        code: 'network',
        passing: true,
      })
  })
})

it.each([200, 401])(
  'what was asked in a session that is over is not answered in the next: %i',
  async (status) => {
    let session = 1
    const { request, count, sent } = setUp(status === 200 ? {} : refusal(401, { code: 'unauthorized' }), {
      session: () => session,
    })
    const asked = request({ method: 'GET', path: '/me' })
    await Promise.resolve()
    session = 2
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', passing: true })
    const queued = request({ method: 'GET', path: '/me' })
    session = 3
    await expect(queued).rejects.toMatchObject({ code: 'cancelled' })
    expect([count(), sent.length]).toEqual([0, 1])
  },
)
