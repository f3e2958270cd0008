// Addresses in what strangers write: marked as links, asked about before they lead out, and at once into rooms of this service.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  guest,
  journey,
  line,
  log,
  meet,
  menu,
  openRoom,
  person,
  say,
  seen,
  shows,
  wait,
} from '../support/browser.mjs'
import { base, unique, until } from '../support/client.mjs'

const step = journey()
let chromium, ann, bob, share
const said = []
const topic = unique('Kites ')

const links = (page) => log(page).getByRole('link')
const link = (page, text) => links(page).filter({ hasText: text })
const sheet = (page) => page.getByRole('dialog', { name: 'Open this link?' })
const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim())

async function says(text) {
  await say(ann, text)
  said.push(text)
  for (const page of [ann, bob]) await shows(page, said)
}

before(async () => {
  chromium = await browser()
  ann = await guest(
    await person(chromium, {
      permissions: ['clipboard-read', 'clipboard-write'],
    }),
  )
  bob = await guest(
    await person(chromium, {
      permissions: ['clipboard-read', 'clipboard-write'],
    }),
  )
  await bob.context().route('https://example.com/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<title>Outside</title>',
    }),
  )
  const room = await openRoom(ann, topic)
  share = await ann.evaluate(async (id) => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`/api/v1/rooms/${id}/share`, {
      method: 'POST',
      headers,
      body: '{}',
    })
    return (await answer.json()).url
  }, room)
  await ann.goto(base + '/#/pages/match/match')
  await meet(ann, bob)
})
after(() => chromium?.close())

step('an address is a link on both sides, and the rest of the line is text', async () => {
  await says('看 https://example.com/a?b=c&d，好不好 <b>(https://example.com/x)</b>')
  for (const page of [ann, bob]) {
    assert.deepEqual(await links(page).allInnerTexts(), [
      'https://example.com/a?b=c&d',
      'https://example.com/x',
    ])
    for (const one of await links(page).all()) {
      assert.equal(await one.getAttribute('rel'), 'noopener noreferrer nofollow')
      assert.equal(await one.getAttribute('target'), '_blank')
      assert.equal(await one.locator('.icon').count(), 1)
      assert.match(await one.getAttribute('aria-label'), /^https:.*, a link to another site$/)
    }
    assert.equal(await log(page).locator('b').count(), 0)
  }
})

step('what hides where it leads is no link', async () => {
  await says('https://paypal.com@example.com/ javascript:alert(1)//https: data:text/html,https://')
  assert.equal(await links(bob).count(), 2)
})

step('a tap asks first, and nothing is fetched meanwhile', async () => {
  await link(bob, 'a?b=c').click()
  await sheet(bob).waitFor(wait)
  assert.ok(await sheet(bob).getByText('example.com', { exact: true }).isVisible())
  assert.ok(await sheet(bob).getByText('https://example.com/a?b=c&d', { exact: true }).isVisible())
  assert.equal(
    await bob.getByRole('group', { name: 'Message actions' }).count(),
    0,
    'the line’s menu stays shut',
  )
  await button(sheet(bob), 'Copy').click()
  await button(sheet(bob), 'Copied').waitFor(wait)
  assert.equal(await bob.evaluate(() => navigator.clipboard.readText()), 'https://example.com/a?b=c&d')
  await button(sheet(bob), 'Cancel').click()
  await sheet(bob).waitFor({ ...wait, state: 'detached' })
  assert.equal(bob.context().pages().length, 1)
})

step('by the keyboard: it opens, keeps the focus, and gives it back', async () => {
  await link(bob, '/x').focus()
  await bob.keyboard.press('Enter')
  await sheet(bob).waitFor(wait)
  for (let i = 0; i < 6; i++) {
    await bob.keyboard.press('Tab')
    assert.ok(await sheet(bob).evaluate((box) => box.contains(document.activeElement)))
  }
  await bob.keyboard.press('Escape')
  await sheet(bob).waitFor({ ...wait, state: 'detached' })
  assert.equal(await focused(bob), 'https://example.com/x')
})

step('who leaves the chat is not asked any more', async () => {
  const chat = bob.url()
  await link(bob, '/x').click()
  await sheet(bob).waitFor(wait)
  await bob.goto(`${bob.base}/#/pages/me/me`)
  await bob.getByRole('navigation').waitFor(wait)
  assert.equal(await sheet(bob).count(), 0)
  await bob.goto(chat)
  await shows(bob, said)
  assert.equal(await sheet(bob).count(), 0)
})

step('opened, the other site learns nothing of this one', async () => {
  await link(bob, 'a?b=c').click({ modifiers: ['ControlOrMeta'] })
  await sheet(bob).waitFor(wait)
  const [outside] = await Promise.all([bob.waitForEvent('popup'), button(sheet(bob), 'Open it').click()])
  await outside.waitForURL('https://example.com/a?b=c&d')
  assert.deepEqual(await outside.evaluate(() => [window.opener, document.referrer]), [null, ''])
  await outside.close()
  assert.equal(await sheet(bob).count(), 0)
  // The middle button opens no tab unasked.
  await link(bob, '/x').click({ button: 'middle' })
  await link(bob, '/x').click()
  await sheet(bob).waitFor(wait)
  assert.equal(bob.context().pages().length, 1)
  await bob.keyboard.press('Escape')
})

step('letters of other alphabets are told apart', async () => {
  await says('https://ехаmple.com/login')
  await link(bob, 'login').click()
  const host = new URL('https://ехаmple.com/').hostname
  assert.match(host, /^xn--/)
  await sheet(bob).getByText(host, { exact: true }).waitFor(wait)
  await sheet(bob)
    .getByText(/letters that can be taken for others/)
    .waitFor(wait)
  await bob.keyboard.press('Escape')
  await says('https://例子.中国/')
  await link(bob, '例子').click()
  await sheet(bob).getByText('例子.中国', { exact: true }).waitFor(wait)
  assert.equal(
    await sheet(bob)
      .getByText(/letters that can be taken/)
      .count(),
    0,
  )
  await bob.keyboard.press('Escape')
  await sheet(bob).waitFor({ ...wait, state: 'detached' })
})

step('a long one wraps, and the question stays small', async () => {
  await says(`https://example.com/${'long-'.repeat(300)}`)
  const wide = await bob.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  assert.equal(wide, false)
  await link(bob, 'long-').click()
  const { height } = await sheet(bob).boundingBox()
  assert.ok(height < 700, `${height}`)
  await bob.keyboard.press('Escape')
  await sheet(bob).waitFor({ ...wait, state: 'detached' })
})

step('the line keeps its menu, by tap beside the link and by the right button on it', async () => {
  const first = link(bob, '/x')
  await first.click({ button: 'right' })
  const group = bob.getByRole('group', { name: 'Message actions' })
  await group.waitFor(wait)
  await button(group, 'Copy').click()
  await until(async () => (await bob.evaluate(() => navigator.clipboard.readText())) === said[0])
  await menu(bob, said[1])
  await line(bob, said[1]).click()
  await group.waitFor({ ...wait, state: 'detached' })
})

step('marked text is no tap', async () => {
  await bob.evaluate(() => {
    const text = document.querySelector('.bubble a').firstChild
    window.getSelection().setBaseAndExtent(text, 0, text, 5)
    document.querySelector('.bubble a').click()
  })
  assert.equal(await sheet(bob).count(), 0)
  await bob.evaluate(() => window.getSelection().removeAllRanges())
})

step('a link into a room of this service leads there without a question', async () => {
  await says(`${base}${share} `.trim())
  const chat = bob.url()
  assert.match(await link(bob, '/s/').getAttribute('aria-label'), /a link into a room here$/)
  await link(bob, '/s/').click()
  await seen(bob, topic)
  assert.equal(await sheet(bob).count(), 0)
  await bob.goBack()
  await until(() => bob.url() === chat)
  await shows(bob, said)
  await link(bob, '/s/').click()
  await button(bob, 'Join').click()
  await until(() => bob.url().includes('/pages/chat/chat') && bob.url() !== chat)
  await seen(bob, topic)
})

step('nothing went wrong on the way', () => calm(ann, bob))
