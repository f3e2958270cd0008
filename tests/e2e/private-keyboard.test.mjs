// Two in a chat of their own, one of them without a mouse: masks dropped, kept in touch, lines found and gone to, taken along.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  calm,
  composer,
  guest,
  journey,
  line,
  log,
  person,
  room,
  seen,
  stop,
  wait,
} from '../support/browser.mjs'
import { Person, range, unique, until } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'

const step = journey()
const nickname = unique('Bob').slice(0, 12)
const tag = unique('t')
const about = /^button About this chat: /
let chromium, ann, by, bob, id

const gone = (locator) => locator.waitFor({ ...wait, state: 'detached' })

/** Waits until the line with this text is in sight, in the list. */
const inSight = (text) =>
  until(
    () =>
      line(ann, text).evaluateAll(([element]) => {
        const { top, bottom } = element?.getBoundingClientRect() ?? { top: -1, bottom: -1 }
        const box = document.querySelector('[role=log]').getBoundingClientRect()
        return top >= box.top && bottom <= box.bottom
      }),
    `"${text}" to be in sight`,
    wait.timeout,
  )

/** The keyboard is on the line with this text, and it is read out. */
const on = (text) =>
  until(
    () =>
      ann.evaluate((text) => {
        const { activeElement } = document
        const place = document.getElementById(activeElement.getAttribute('aria-describedby'))
        return !!place?.contains(activeElement) && place.innerText.includes(text)
      }, text),
    `the keyboard on "${text}"`,
    wait.timeout,
  )

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  by = keyboard(ann)
  bob = await Person.guest()
  await bob.post('/me', { nickname })
})
after(async () => {
  bob?.close()
  await chromium?.close()
})

step('they meet', async () => {
  await by.write('textbox Add a tag', tag)
  await by.press('Enter')
  await by.enter('button Find someone')
  await stop(ann).waitFor(wait)
  const { body } = await bob.match([tag])
  assert.equal(body.state, 'matched')
  await composer(ann).waitFor(wait)
  id = room(ann)
})

step('both wish to drop the masks, and to keep in touch', async () => {
  await by.enter(about)
  await by.inDialog('About this chat')
  await by.enter('button Drop the masks: Wish for it')
  await by.comesTo('button Drop the masks: Take back')
  await by.press('Enter')
  await by.comesTo('button Drop the masks: Wish for it')
  await by.press('Enter')
  await by.comesTo('button Drop the masks: Take back')
  await bob.post(`/rooms/${id}/reveal`, {})
  await ann.getByRole('heading', { level: 1, name: nickname }).waitFor(wait)
  await by.enter('button Keep in touch: Wish for it')
  await bob.post(`/rooms/${id}/keep`, {})
  await seen(ann, 'This chat stays as a contact.')
  await by.inDialog('About this chat')
  await by.escape(about)
})

step('a quote leads to its line, and back to the newest', async () => {
  await bob.send(id, 'where it began')
  const [{ seq }] = (await bob.get(`/rooms/${id}/messages`)).body.items.filter(
    ({ body }) => body === 'where it began',
  )
  for (const n of range(1, 60)) await bob.send(id, `line ${n}`)
  await bob.send(id, 'as was said', { reply_to: seq })
  await line(ann, 'as was said').waitFor(wait)
  await by.tabTo('textbox Write a message')
  await by.tabTo(/^button .*where it began/, 'Shift+Tab')
  await by.press('Enter')
  await inSight('where it began')
  await on('where it began')
  await by.tabTo(/^button To the newest line/, 'Shift+Tab')
  await by.press('Enter')
  await inSight('as was said')
})

step('arrows go from line to line, and all of them are one stop on the way', async () => {
  await by.tabTo('textbox Write a message')
  await by.tabTo('button Message actions', 'Shift+Tab')
  await on('as was said')
  await by.press('ArrowUp', 'ArrowUp')
  await on('line 59')
  await by.press('ArrowDown')
  await on('line 60')
  for (const n of range(1, 40)) await by.press('ArrowUp')
  await on('line 20')
  await by.comesTo('button Message actions')
  await by.tabTo('button Next', 'Shift+Tab')
  await by.press('Tab')
  assert.match(await by.focused(), /^button (Answers |Message actions)/)
  await by.tabTo('button Message actions')
  await on('as was said')
})

step('a line is searched for, and gone to', async () => {
  await by.enter(about)
  await by.enter('button Search in this chat')
  await by.inDialog('Search in this chat')
  await by.write('textbox What was said', 'nobody ever')
  await by.press('Enter')
  await seen(ann, 'Nothing says “nobody ever”.')
  await by.write('textbox What was said', 'began')
  await by.press('Enter')
  await by.enter(/^button .*: where it began$/)
  await inSight('where it began')
  await gone(ann.getByRole('dialog'))
  await by.tabTo(/^button To the newest line/, 'Shift+Tab')
  await by.press('Enter')
  await inSight('as was said')
})

step('the chat is taken along', async () => {
  await by.enter(about)
  await by.tabTo('button Take it with you: Text')
  const [download] = await Promise.all([ann.waitForEvent('download'), by.press('Enter')])
  assert.match(download.suggestedFilename(), /\.txt$/)
})

step('the person is reported from there, and one’s reports tell how they stand', async () => {
  await by.enter('button Report this person')
  await by.inDialog(/^Report /)
  await by.enter('button Send the report')
  await ann.getByRole('alert').filter({ hasText: 'Choose what it is about.' }).waitFor(wait)
  await by.tabTo(/^radio /)
  await by.press('ArrowDown')
  await by.enter('button Send the report')
  await seen(ann, 'Your report is with the moderators.')
  await by.inDialog(/^Report /)
  await by.press('Escape')
  await by.comesTo(about)
})

step('and blocked: asked first', async () => {
  await by.press('Enter')
  await by.inDialog('About this chat')
  await by.enter('button Block this person')
  await by.inDialog(/^Block /)
  await by.press('Escape')
  await by.inDialog('About this chat')
  await by.enter('button Block this person')
  await by.inDialog(/^Block /)
  await by.enter('button Block')
  await gone(composer(ann))
  await seen(ann, 'You left this chat.')
})

step('what there was stands in the lists', async () => {
  await by.enter('button Back')
  await by.enter('button Me')
  await by.enter('button My reports')
  await seen(ann, 'A moderator will look at it')
  await by.enter('button Back')
  await by.comesTo('button My reports')
  await by.enter('button Whom you blocked')
  await ann.getByRole('button', { name: /^Unblock / }).waitFor(wait)
  assert.equal(await log(ann).filter({ visible: true }).count(), 0)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann))
