// Safety as people meet it: reporting, being warned, muted and banned while chatting, appeals, lines that are held back,
// the proof of work, the question of age, and one's own data.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  form,
  guest,
  guestButton,
  journey,
  line,
  meet,
  menu,
  openRoom,
  panel,
  person,
  register,
  say,
  seen,
  shows,
  start,
  tab,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { rows, sql, unique, until } from '../support/client.mjs'
import { act, resolve } from '../support/safety.mjs'

const step = journey()
let chromium, ann, bob
const sheet = (page, name) => page.getByRole('dialog', { name })
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
const key = (page) => sql(`select id from account where name = '${page.account}'`)
const pageAt = (page, name) => page.goto(`${page.base}/#/pages/${name}/${name}`)

before(async () => {
  chromium = await browser()
  ;[ann, bob] = await Promise.all([person(chromium), person(chromium)])
  await guest(ann)
  await register(bob)
})
after(() => chromium?.close())

step('a message is reported in two taps: its menu, and there', async () => {
  await meet(ann, bob)
  for (const text of ['hello', 'buy gold here', 'cheap gold', 'come on']) await say(bob, text)
  await line(ann, 'come on').waitFor(wait)
  const actions = await menu(ann, 'buy gold here') // one
  await button(actions, 'Report').click() // two
  await sheet(ann, /^Report /).waitFor(wait)
  await seen(ann, '1 message chosen.')
  await seen(ann, /The other person never learns who reported/)
})

step('one says why; without that nothing is sent', async () => {
  await button(ann, 'Send the report').click()
  await alert(ann, 'Choose what it is about.')
  await ann.getByRole('radio', { name: 'Self-harm' }).click()
  await seen(ann, /call the emergency number/)
  await ann.getByRole('radio', { name: 'Self-harm' }).press('ArrowUp')
  await ann.getByRole('radio', { name: 'Against the law' }).press('ArrowUp')
  await ann.getByRole('radio', { name: 'Spam or fraud', checked: true }).waitFor(wait)
  await ann.getByLabel('In your words (optional)').fill('all day long')
})

step('more messages are chosen in the chat, none of one’s own, and by the keyboard too', async () => {
  await button(ann, 'Choose messages').click()
  await sheet(ann, /^Report /).waitFor({ ...wait, state: 'detached' })
  const picks = ann.getByRole('checkbox')
  await until(async () => (await picks.count()) === 4, 'four to choose from')
  assert.equal(
    await ann.getByRole('checkbox', { name: /buy gold here/ }).getAttribute('aria-checked'),
    'true',
  )
  await button(ann, 'Done').and(ann.locator(':focus')).waitFor(wait) // the keyboard is there now
  await ann.getByRole('checkbox', { name: /cheap gold/ }).focus()
  await ann.keyboard.press('Space')
  await seen(ann, '2 messages chosen.')
  assert.equal(await composer(ann).isVisible(), false)
  await button(ann, 'Done').click()
  await seen(ann, '2 messages chosen.')
  assert.equal(await ann.getByLabel('In your words (optional)').inputValue(), 'all day long')
})

step('it is sent, and the keyboard is back at the line when the sheet is closed', async () => {
  await button(ann, 'Send the report').click()
  await seen(ann, 'Your report is with the moderators.')
  await button(ann, 'Block this person too').waitFor(wait)
  await ann.keyboard.press('Escape')
  await sheet(ann, /^Report /).waitFor({ ...wait, state: 'detached' })
  await composer(ann).waitFor(wait)
  const [{ chosen, around, note }] = await rows(
    `select count(*) filter (where chosen) as chosen, count(*) as around, max(note) as note
       from report r join evidence e on e.report = r.id where r.subject = ${await key(bob)}`,
  )
  assert.deepEqual([chosen, note], [2, 'all day long'])
  assert.ok(around > chosen)
})

step('a person is reported from the panel, and one’s reports tell how they stand', async () => {
  await button(await panel(ann), 'Report this person').click()
  await sheet(ann, /^Report /).waitFor(wait)
  await seen(ann, 'No messages chosen.')
  await ann.keyboard.press('Escape')
  await button(ann, 'Back').click()
  await turnTo(ann, 'Me')
  await button(ann, 'My reports').click()
  await seen(ann, /^Spam or fraud, /)
  await seen(ann, 'A moderator will look at it')
})

step('who is warned while chatting sees it at once, and the reporter what came of it', async () => {
  const [{ id }] = await rows(`select id from report where subject = ${await key(bob)}`)
  await resolve(id, 'warn')
  await sheet(bob, 'From the moderators').waitFor(wait)
  await seen(ann, 'Acted upon')
  await bob.keyboard.press('Escape')
  await composer(bob).waitFor(wait)
  await button(bob, 'Back').click()
  await seen(bob, 'The moderators have warned you.')
  await button(bob, 'Look').click()
  await button(bob, 'I have read it').click()
  await seen(bob, 'Read')
})

step('an appeal in one text, and its answer', async () => {
  await button(bob, 'Appeal').click()
  await button(bob, 'Send the appeal').click()
  await alert(bob, 'Write what you want to say.')
  await bob.getByLabel('Why you see it differently').fill('It was a joke about a game.')
  await button(bob, 'Send the appeal').click()
  await seen(bob, 'Your appeal is with the moderators.')
  const [{ id }] = await rows(`select id from warning where account = ${await key(bob)}`)
  await act(`appeal_answer('${id}', 'lift', 'We see. Take care.')`)
  await seen(bob, 'Your appeal was granted.')
  await seen(bob, 'The answer: We see. Take care.')
  await seen(bob, 'Lifted')
  await button(bob, 'Back').click()
  assert.equal(await bob.getByText('The moderators have warned you.').filter({ visible: true }).count(), 0)
})

step('who is muted everywhere reads until when, and writes again after that', async () => {
  await pageAt(ann, 'match')
  await pageAt(bob, 'match')
  await meet(ann, bob)
  await composer(bob).fill('half a')
  await act(`account_mute(${await key(bob)}, now() + interval '6 seconds', 'too loud')`)
  await sheet(bob, 'From the moderators').waitFor(wait)
  await button(bob, 'I have read it').click()
  await bob.keyboard.press('Escape')
  await seen(bob, /^The moderators have muted you until .* You can read along\./)
  assert.equal(await composer(bob).count(), 0)
  await say(ann, 'still there?')
  await line(bob, 'still there?').waitFor(wait)
  await composer(bob).waitFor(wait)
  assert.equal(await composer(bob).inputValue(), 'half a')
  await say(bob, 'again')
  await line(ann, 'again').waitFor(wait)
})

step(
  'too much at once: the button waits, what was typed stays, and the line goes out by itself',
  async () => {
    let refused = 0
    await bob.route('**/messages', (route) => {
      if (route.request().method() !== 'POST' || refused++) return route.fallback()
      return route.fulfill({
        status: 429,
        headers: { 'retry-after': '3' },
        json: { error: { code: 'too_many', message: 'm' } },
      })
    })
    await say(bob, 'one')
    await bob.getByRole('timer').filter({ hasText: 'That was a lot at once.' }).waitFor(wait)
    await composer(bob).fill('two')
    assert.equal(await button(bob, 'Send').isDisabled(), true)
    await bob.getByRole('timer').waitFor({ ...wait, state: 'detached' })
    assert.equal(await composer(bob).inputValue(), 'two')
    await button(bob, 'Send').click()
    await line(ann, 'two').waitFor(wait)
    await shows(ann, ['one', 'two'], 'the last lines', 2)
    await bob.unroute('**/messages')
  },
)

step(
  'who is banned while chatting: a calm page on every tab, no reconnects, the partner is told',
  async () => {
    const other = await tab(bob.context(), bob.base + '/#/pages/conversations/conversations')
    await other.getByRole('navigation').waitFor(wait)
    const streams = []
    for (const page of [bob, other])
      page.on('request', (request) => request.url().endsWith('/stream') && streams.push(page.url()))
    await act(`account_ban(${await key(bob)}, now() + interval '3 days', 'gold <again>')`)
    for (const page of [bob, other]) {
      await page.getByRole('heading', { name: 'This account is suspended' }).waitFor(wait)
      await seen(page, 'Reason: gold <again>')
      await seen(page, /^Until .* After that you can come back\.$/)
    }
    await seen(ann, /has left\. This chat is over\./)
    await bob.evaluate(() => dispatchEvent(new Event('online')))
    await bob.waitForTimeout(3000) // a reconnect would come within the first second
    assert.deepEqual(streams, [])
    const left = await bob.evaluate(() => JSON.stringify(localStorage))
    assert.ok(!left.includes('still there?'), 'lines are left on the device')
    calm(other)
    await other.close()
  },
)

step('an appeal from there, which a reload and a login remember', async () => {
  await bob.getByLabel('Why you see it differently').fill('It was the same game.')
  await button(bob, 'Send the appeal').click()
  await seen(bob, 'Your appeal is with the moderators.')
  await bob.reload()
  await seen(bob, 'Your appeal is with the moderators.')
  await button(bob, 'To the first page').click()
  await form(bob, 'login', bob.account, bob.password)
  await bob.getByRole('heading', { name: 'This account is suspended' }).waitFor(wait)
  await seen(bob, 'You wrote: It was the same game.')
  const [{ warning }] = await rows(
    `select p.warning from appeal p join warning w on w.id = p.warning where w.account = ${await key(bob)} and w.kind = 'ban'`,
  )
  await act(`appeal_answer('${warning}', 'lift', 'Welcome back.')`)
  await button(bob, 'To the first page').click()
  await form(bob, 'login', bob.account, bob.password)
  await start(bob).waitFor(wait)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
