// What goes wrong, page by page, in browsers: each says what happened and what now, changes nothing, and goes on once it can.
// What the service answers here is written by hand where it would take a thousand people or a broken machine to have it so.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  answer,
  browser,
  button,
  calm,
  composer,
  form,
  guest,
  guestButton,
  journey,
  line,
  menu,
  openRoom,
  panel,
  people,
  person,
  room,
  say,
  seen,
  start,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { Admin } from '../support/admin.mjs'
import { pair, Person, unique } from '../support/client.mjs'

const step = journey()
const topic = unique('Lagoon ')
const moderation = `http://127.0.0.1:${process.env.DRIFTLINE_ADMIN_PORT}`
const SOON = new Date(Date.now() + 3600_000).toISOString()
let chromium, ann, zoe, bob, id, code

/** Answers a call, by any method where it is empty, so until what this returns is called. Without an answer the network is gone. */
async function answered(page, method, url, { status, retry, ...error } = {}) {
  const matches = (at) =>
    at.pathname.startsWith('/api/v1') && url.test(at.pathname.slice('/api/v1'.length) + at.search)
  const reply = (route) => {
    if (method && route.request().method() !== method) return route.fallback()
    if (!status) return route.abort()
    const headers = retry ? { 'retry-after': String(retry) } : {}
    return route.fulfill({ status, headers, json: { error: { message: 'm', ...error } } })
  }
  await page.route(matches, reply)
  return () => page.unroute(matches, reply)
}

const FAILURES = [
  [undefined, 'No connection. Check the network and try again.'],
  [{ status: 503, code: 'unavailable', retry: 2 }, /^The service is down for a moment\. Try again in 2 /],
  [{ status: 500, code: 'internal', message: 'Something broke here.' }, 'Something broke here.'],
]

/** An act is refused, and the words for it are there. */
async function refused(page, [method, url], error, act, words) {
  const stop = await answered(page, method, url, error)
  await act()
  await seen(page, words)
  await stop()
}

/** Tries once more, unless it came by itself meanwhile. */
async function again(page) {
  const retry = page.getByRole('button', { name: 'Try again' }).filter({ visible: true }).first()
  await retry.click({ timeout: 2000 }).catch(() => undefined)
}

const open = async (page, path) => {
  await page.goto(`${page.base}/#/pages/${path}`)
  await page.reload()
}
const click = (page, name) => () => button(page, name).click()
const alert = (page, words) => page.getByRole('alert').filter({ hasText: words }).first().waitFor(wait)

before(async () => {
  chromium = await browser()
  const { one, two, room: chat } = await pair(await Person.register(), await Person.guest())
  bob = two
  await two.send(chat, 'hello there')
  ann = await person(chromium)
  await form(ann, 'login', one.account, one.password)
  await start(ann).waitFor(wait)
  ann.account = one.account
  ann.chat = chat
  zoe = await guest(await person(chromium, { locale: 'zh-CN', viewport: { width: 1280, height: 800 } }))
  const { body } = await bob.post('/rooms', { topic, mask: 'choice' })
  id = body.id
  code = (await bob.post(`/rooms/${id}/share`, {})).body.code
})
after(async () => {
  bob?.close()
  await chromium?.close()
})

step('what does not load says why, and loads when it is tried again', async () => {
  const own = unique('Own ')
  const mine = await openRoom(ann, own)
  const PAGES = [
    ['conversations/conversations', /^\/(conversations|sync)/, own],
    ['square/square', /^\/rooms\?/, own],
    [`room/room?room=${id}`, /^\/rooms\/[\w-]+$/, topic],
    [`room-form/room-form?room=${mine}`, /^\/rooms\/[\w-]+$/, 'Save'],
    ['blocks/blocks', /^\/blocks/, 'Nobody is blocked'],
    ['reports/reports', /^\/reports/, 'No reports'],
    ['warnings/warnings', /^\/warnings/, 'No warnings'],
    [`share/share?code=${code}`, /^\/share\/[\w-]+$/, topic],
  ]
  for (const [path, call, content] of PAGES)
    for (const [error, words] of FAILURES) {
      const stop = await answered(ann, '', call, error)
      await open(ann, path)
      await seen(ann, words)
      assert.equal(await ann.getByText(content, { exact: true }).filter({ visible: true }).count(), 0, path)
      await stop()
      await again(ann)
      await seen(ann, content)
      assert.equal(await ann.getByText(words).filter({ visible: true }).count(), 0, `${path}: it worked`)
    }
})

step('nor does a chat, where nothing of it is kept from before', async () => {
  for (const [error, words] of FAILURES) {
    const { body } = await bob.post('/rooms', { topic: unique('Cove ') })
    await bob.send(body.id, 'new here')
    await ann.evaluate(
      (id) =>
        fetch(`/api/v1/rooms/${id}/join`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        }),
      body.id,
    )
    const stop = await answered(ann, '', /^\/(rooms\/|conversations|sync)/, error)
    await open(ann, `chat/chat?room=${body.id}`)
    await seen(ann, words)
    await stop()
    await again(ann)
    await composer(ann).waitFor(wait)
    assert.equal(await ann.getByText(words).filter({ visible: true }).count(), 0)
  }
})

step('and in Chinese', async () => {
  const stop = await answered(zoe, 'GET', /^\/rooms\?/)
  await open(zoe, 'square/square')
  await seen(zoe, '网络不通，请检查后重试。')
  await stop()
  await button(zoe, '重试').click()
  await seen(zoe, topic)
})

step('a page whose program does not come', async () => {
  const page = await guest(await person(chromium, { serviceWorkers: 'block' }))
  await page.route('**/assets/*square*', (route) => route.abort())
  await turnTo(page, 'Square')
  await seen(page, 'This page did not load. Check the network and try again.')
  await page.unroute('**/assets/*square*')
  await page.getByRole('button', { name: 'Load again' }).filter({ visible: true }).first().click()
  await page.getByRole('heading', { name: 'Square' }).waitFor(wait)
  await page.context().close()
})

step('a room that one cannot join', async () => {
  await open(ann, `room/room?room=${id}`)
  await button(ann, 'Join').waitFor(wait)
  const call = ['POST', /\/join$/]
  for (const [error, words] of [
    [{ status: 409, code: 'room_full' }, 'This room is full. Try again when someone has left.'],
    [
      { status: 409, code: 'too_many_rooms' },
      'You are in as many rooms as one can be. Leave one to join another.',
    ],
    [{ status: 403, code: 'invite_only' }, 'This room is by invitation. Ask someone in it for a link.'],
    [{ status: 403, code: 'banned_from_room' }, 'You were removed from this room and cannot come back.'],
    [{ status: 429, code: 'too_many', retry: 7 }, /^That was a lot at once\. Try again in 7 /],
    [undefined, 'No connection. Check the network and try again.'],
  ])
    await refused(ann, call, error, click(ann, 'Join'), words)
  await bob.delete(`/rooms/${id}`)
  await button(ann, 'Join').click()
  await seen(ann, 'This room is not there any more, or not yours to see.')
  assert.equal(await button(ann, 'Join').count(), 0)
  await button(ann, 'To the square').click()
  await ann.getByRole('heading', { name: 'Square' }).waitFor(wait)
})

step('a room that cannot be opened as it was filled in', async () => {
  await open(ann, 'square/square')
  await button(ann, 'Open a room').click()
  await ann.getByLabel('Topic').filter({ visible: true }).fill('Anything')
  const call = ['POST', /^\/rooms$/]
  const act = click(ann, 'Open the room')
  for (const [error, words] of [
    [{ status: 422, code: 'bad_field', field: 'topic' }, 'This topic cannot be used. Try other characters.'],
    [
      { status: 422, code: 'word_blocked', field: 'topic' },
      'This cannot be said here. Change the words and try again.',
    ],
    [
      { status: 422, code: 'bad_field', field: 'description' },
      'This description cannot be used. Try other characters.',
    ],
    [{ status: 422, code: 'bad_field', field: 'tags' }, 'One of these tags cannot be used.'],
    [{ status: 422, code: 'bad_field', field: 'capacity' }, 'This number of places does not work.'],
    [{ status: 422, code: 'bad_field', field: 'mask' }, 'This choice does not work here.'],
    [
      { status: 409, code: 'too_many_rooms' },
      'You are in as many rooms as one can be. Leave one to join another.',
    ],
    [{ status: 403, code: 'muted', everywhere: true, until: SOON }, 'The moderators have muted you for now.'],
    [undefined, 'No connection. Check the network and try again.'],
  ])
    await refused(ann, call, error, act, words)
  await act()
  await composer(ann).waitFor(wait)
  await open(ann, `room-form/room-form?room=${room(ann)}`)
  const save = click(ann, 'Save')
  const change = ['POST', /^\/rooms\/[\w-]+$/]
  await button(ann, 'Save').waitFor(wait)
  await ann.getByLabel('Places').filter({ visible: true }).fill('1')
  await save()
  await seen(ann, 'Enter a number from 2 to 1000.')
  await ann.getByLabel('Places').filter({ visible: true }).fill('20')
  await refused(
    ann,
    change,
    { status: 422, code: 'bad_field', field: 'slow_mode' },
    save,
    'Choose another time.',
  )
  await refused(
    ann,
    change,
    { status: 403, code: 'not_owner' },
    save,
    'Only the owner of the room can do that.',
  )
  await button(ann, 'Close this room').click()
  const close = () => answer(ann, 'Close this room')
  await refused(
    ann,
    ['DELETE', /^\/rooms\//],
    undefined,
    close,
    'No connection. Check the network and try again.',
  )
})

step('a line that is not sent', async () => {
  await open(ann, `chat/chat?room=${ann.chat}`)
  await line(ann, 'hello there').waitFor(wait)
  for (const [error, words] of [
    [{ status: 403, code: 'not_member' }, 'You are not in this chat any more.'],
    [{ status: 409, code: 'room_ended' }, 'This chat has ended.'],
    [
      { status: 403, code: 'muted', everywhere: false, until: SOON },
      'The owner has muted you here for a while.',
    ],
    [{ status: 422, code: 'word_blocked' }, 'This cannot be said here. Change the words and try again.'],
    [{ status: 404, code: 'no_message' }, 'This line is not there, or not yours to see.'],
  ]) {
    const stop = await answered(ann, 'POST', /\/messages$/, error)
    const text = unique('line')
    await say(ann, text)
    await seen(ann, words)
    await line(ann, text).waitFor(wait)
    await stop()
    await button(ann, 'Try again').click()
    await ann.getByText(words, { exact: true }).waitFor({ ...wait, state: 'detached' })
  }
})

step('what can be done with a line, and is refused', async () => {
  await say(ann, 'a mistake')
  await line(ann, 'a mistake').waitFor(wait)
  const late = { status: 403, code: 'too_late' }
  const recall = async () => button(await menu(ann, 'a mistake'), 'Take back').click()
  await refused(
    ann,
    ['DELETE', /\/messages\/\d+/],
    late,
    recall,
    'A line can be taken back for 2 minutes only.',
  )
  const react = async () => button(await menu(ann, 'hello there'), 'Like').click()
  const nothing = { status: 404, code: 'no_message' }
  await refused(ann, ['POST', /\/reactions/], nothing, react, 'This line is not there, or not yours to see.')
  await ann.keyboard.press('Escape')
})

step('what stands in the panel of a chat', async () => {
  const side = await panel(ann)
  const down = { status: 503, code: 'unavailable', retry: 3 }
  const isDown = /^The service is down for a moment\. Try again in 3 /
  for (const [call, error, name, words] of [
    [
      ['POST', /\/reveal$/],
      { status: 409, code: 'room_ended' },
      'Drop the masks: Wish for it',
      'This chat has ended.',
    ],
    [
      ['POST', /\/keep$/],
      { status: 403, code: 'not_private' },
      'Keep in touch: Wish for it',
      'This is for chats of two only.',
    ],
    [
      ['GET', /\/export/],
      { status: 503, code: 'busy', retry: 4 },
      'Take it with you: Text',
      /Try again in 4 /,
    ],
  ])
    await refused(ann, call, error, () => button(side, name).click(), words)
  await refused(
    ann,
    ['POST', /\/pin$/],
    down,
    () => side.getByRole('switch', { name: 'Keep on top' }).click(),
    isDown,
  )
  await side.getByRole('switch', { name: 'Keep on top', checked: false }).waitFor(wait)
  await button(side, 'Block this person').click()
  await refused(
    ann,
    ['POST', /^\/blocks/],
    { status: 404, code: 'no_member' },
    () => answer(ann, 'Block'),
    'This person is not in the room any more.',
  )
  await answer(ann, 'Stay')
  await button(await panel(ann), 'Search in this chat').click()
  await ann.getByLabel('What was said').fill('hello')
  await refused(
    ann,
    ['GET', /\/messages\?q=/],
    down,
    () => ann.getByLabel('What was said').press('Enter'),
    isDown,
  )
  await button(ann, 'Try again').click()
  await ann.getByRole('list', { name: 'What was found' }).getByRole('button').first().waitFor(wait)
  await ann.keyboard.press('Escape')
  await button(await panel(ann), 'Report this person').click()
  await ann.getByRole('radio', { name: 'Spam or fraud' }).click()
  await refused(
    ann,
    ['POST', /^\/reports/],
    { status: 409, code: 'yourself' },
    click(ann, 'Send the report'),
    'You cannot do that to yourself.',
  )
  await refused(
    ann,
    ['POST', /^\/reports/],
    undefined,
    click(ann, 'Send the report'),
    'No connection. Check the network and try again.',
  )
  await button(ann, 'Send the report').click()
  await seen(ann, 'Your report is with the moderators.')
})

step('what the owner of a room can do, and is refused', async () => {
  await open(ann, 'square/square')
  const mine = await openRoom(ann, unique('Reef '))
  await bob.post(`/rooms/${mine}/join`, {})
  await ann.getByText('2 of 50 people').waitFor(wait)
  const alias = (await bob.get('/rooms/' + mine)).body.me.alias
  const down = { status: 503, code: 'unavailable', retry: 3 }
  const isDown = /^The service is down for a moment\. Try again in 3 /
  const gone = { status: 404, code: 'no_member' }
  const isGone = 'This person is not in the room any more.'
  const row = async () => (await people(ann)).filter({ hasText: alias })
  const tools = async () => {
    const head = (await row()).getByRole('button').filter({ hasText: alias })
    if ((await head.getAttribute('aria-expanded')) !== 'true') await head.click()
    return row()
  }
  const list = await answered(ann, 'GET', /\/members/, down)
  await ann.reload()
  await composer(ann).waitFor(wait)
  await panel(ann)
  await seen(ann, isDown)
  await list()
  await button(ann, 'Try again').click()
  await (await row()).waitFor(wait)
  await refused(ann, ['POST', /\/mute$/], gone, async () => button(await tools(), '10 min').click(), isGone)
  for (const [name, yes] of [
    ['Remove from the room', 'Remove'],
    ['Hand the room over', 'Hand over'],
  ]) {
    await button(await tools(), name).click()
    await refused(ann, ['POST', /\/(kick|promote)$/], gone, () => answer(ann, yes), isGone)
    await answer(ann, 'Cancel')
  }
  const slow = async () => (await panel(ann)).getByRole('radio', { name: '5 s', exact: true }).click()
  await refused(ann, ['POST', /^\/rooms\/[\w-]+$/], down, slow, isDown)
  await (await panel(ann)).getByRole('radio', { name: 'Off', exact: true, checked: true }).waitFor(wait)
  await button(await panel(ann), 'Invite by a link').click()
  const no = { status: 403, code: 'not_shareable' }
  await refused(ann, ['POST', /\/share$/], no, click(ann, 'Make a link'), 'This chat cannot be shared.')
  await button(ann, 'Make a link').click()
  await ann.getByLabel('The link as a QR code').waitFor(wait)
  const over = { status: 404, code: 'no_share' }
  await refused(
    ann,
    ['DELETE', /\/share\//],
    over,
    click(ann, 'End this link'),
    'This link does not lead anywhere any more.',
  )
})

step('a chat that cannot be left, from the list', async () => {
  await open(ann, 'conversations/conversations')
  await ann.getByRole('button', { name: /^What to do with Reef/ }).click()
  await ann.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await refused(
    ann,
    ['POST', /\/leave$/],
    undefined,
    () => answer(ann, 'Leave'),
    'No connection. Check the network and try again.',
  )
  await answer(ann, 'Stay')
  await ann.getByRole('dialog').waitFor({ ...wait, state: 'detached' })
  assert.equal(await ann.getByRole('alert').filter({ visible: true }).count(), 0)
})

step('a search for somebody that cannot begin, or be ended', async () => {
  await open(ann, 'match/match')
  await start(ann).waitFor(wait)
  const call = ['POST', /^\/match$/]
  for (const [error, words] of [
    [
      { status: 403, code: 'matching_paused', until: SOON },
      /^You are not matched until .+, because of reports/,
    ],
    [{ status: 403, code: 'muted', everywhere: true, until: SOON }, 'The moderators have muted you for now.'],
    [{ status: 429, code: 'too_many', retry: 9 }, /^That was a lot at once\. Try again in 9 /],
    [undefined, 'No connection. Check the network and try again.'],
  ]) {
    await refused(ann, call, error, () => start(ann).click(), words)
    await start(ann).waitFor(wait)
  }
})

step('one’s own affairs', async () => {
  await turnTo(ann, 'Me')
  const down = { status: 503, code: 'unavailable', retry: 3 }
  const isDown = /^The service is down for a moment\. Try again in 3 /
  await ann.getByLabel('Nickname').fill('Someone')
  const blocked = { status: 422, code: 'word_blocked', field: 'nickname' }
  await refused(
    ann,
    ['POST', /^\/me$/],
    blocked,
    click(ann, 'Save'),
    'This cannot be said here. Change the words and try again.',
  )
  await refused(ann, ['POST', /^\/me$/], down, click(ann, 'Save'), isDown)
  await button(ann, 'Change password').click()
  await ann.getByLabel('Current password').fill('correct horse')
  await ann.getByLabel('New password').fill('staple battery')
  await ann.getByLabel('Repeat the password').fill('staple battery')
  const save = () => button(ann, 'Save').last().click()
  const common = { status: 422, code: 'password_common', field: 'new_password_v2' }
  await refused(ann, ['POST', /^\/me\/password$/], down, save, isDown)
  await refused(
    ann,
    ['POST', /^\/me\/password$/],
    common,
    save,
    'Too many people use this password. Choose another one.',
  )
  await button(ann, 'Cancel').click()
  await refused(
    ann,
    ['POST', /^\/logout$/],
    undefined,
    click(ann, 'Log out'),
    'No connection. Check the network and try again.',
  )
  await button(ann, 'Log out everywhere').click()
  const dialog = ann.getByRole('dialog')
  assert.equal(await dialog.getByRole('alert').count(), 0, 'what went wrong before is none of its answer')
  await refused(ann, ['POST', /^\/logout/], down, () => answer(ann, 'Log out everywhere'), isDown)
  await dialog.getByRole('alert').waitFor(wait)
  await answer(ann, 'Cancel')
  await button(ann, 'Your data').click()
  await refused(
    ann,
    ['GET', /^\/me\/export/],
    { status: 503, code: 'busy', retry: 4 },
    click(ann, 'Export my data'),
    /Try again in 4 /,
  )
  await button(ann, 'Erase my account').click()
  await ann.getByLabel('Password').filter({ visible: true }).fill('wrong one')
  await button(ann, 'Erase for good').click()
  await alert(ann, /password/i)
  await refused(
    ann,
    ['DELETE', /^\/me/],
    undefined,
    click(ann, 'Erase for good'),
    'No connection. Check the network and try again.',
  )
})

step('a way in that is closed for now', async () => {
  const page = await person(chromium)
  const call = ['POST', /^\/login\/guest$/]
  for (const [error, words] of [
    [{ status: 503, code: 'busy', retry: 3 }, /^Many people ask for this right now\. Try again in 3 /],
    [{ status: 429, code: 'too_many', retry: 8 }, /^That was a lot at once\. Try again in 8 /],
    [{ status: 403, code: 'pow_invalid' }, 'The check did not go through. Try again.'],
    [undefined, 'No connection. Check the network and try again.'],
  ])
    await refused(page, call, error, () => guestButton(page).click(), words)
  const login = () => form(page, 'login', 'nobody-here', 'correct horse')
  await refused(
    page,
    ['POST', /^\/login$/],
    { status: 503, code: 'busy', retry: 3 },
    login,
    /^Many people ask for this/,
  )
  await refused(
    page,
    ['POST', /^\/login$/],
    undefined,
    login,
    'No connection. Check the network and try again.',
  )
  await login()
  await seen(page, 'Account name and password do not match.')
  calm(page)
  await page.context().close()
})

step('a link whose room is full', async () => {
  const { body } = await bob.post('/rooms', { topic: unique('Full '), capacity: 2 })
  const link = (await bob.post(`/rooms/${body.id}/share`, {})).body.code
  const cleo = await Person.guest()
  await cleo.post(`/rooms/${body.id}/join`, {})
  await open(zoe, `share/share?code=${link}`)
  await button(zoe, '加入').click()
  await alert(zoe, /满/)
  cleo.close()
})

step('the moderators’ page', async () => {
  const owner = await Admin.add('owner')
  const desk = await person(chromium, { base: moderation, age: null, viewport: { width: 1280, height: 900 } })
  const away = 'The service cannot be reached. Is the way to it still open?'
  const command = (name) => `**/admin/v1/${name}`
  await desk.getByLabel('Name').fill(owner.name)
  await desk.getByLabel('Password').fill(owner.password)
  await desk.route(command('login'), (route) => route.abort())
  await button(desk, 'Log in').click()
  await alert(desk, away)
  await desk.unroute(command('login'))
  await button(desk, 'Log in').click()
  await desk.getByRole('heading', { name: 'Reports' }).waitFor(wait)
  for (const [name, call] of [
    ['Held lines', 'held/list'],
    ['Appeals', 'appeals/list'],
    ['Rooms', 'rooms/list'],
    ['Words', 'words/list'],
    ['Audit log', 'audit'],
    ['Admins', 'admins/list'],
  ]) {
    await desk.route(command(call), (route) => route.abort())
    await desk.getByRole('link', { name, exact: true }).click()
    await desk.getByRole('heading', { name, exact: true }).waitFor(wait)
    await alert(desk, away)
    await desk.unroute(command(call))
    await button(desk, 'Try again').click()
    await desk.getByRole('alert').waitFor({ ...wait, state: 'detached' })
  }
  await desk.getByLabel('Name').fill(owner.name)
  await button(desk, 'Add an admin').click()
  await alert(desk, /./)
  assert.equal(await desk.getByLabel('Name').inputValue(), owner.name)
  for (const path of ['report/none', 'rooms/none', 'people/none']) {
    await desk.goto(`${moderation}/#/${path}`)
    await alert(desk, /./)
  }
  await desk.route(command('stats'), (route) => route.abort())
  await desk.getByRole('link', { name: 'Figures', exact: true }).click()
  await alert(desk, away)
  calm(desk)
  await desk.context().close()
})

step('nothing else went wrong', () => calm(ann, zoe))
