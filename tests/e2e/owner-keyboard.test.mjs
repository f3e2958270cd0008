// A room's owner without a mouse: lines taken back, slow mode, muting, removing, handing over, changing and closing the room;
// and an invited one without a mouse either, from the link into the room.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  calm,
  composer,
  guest,
  journey,
  line,
  person,
  room,
  seen,
  wait,
} from '../support/browser.mjs'
import { Person, unique, until } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'

const step = journey()
const topic = unique('Orchestra ')
const about = `button About this chat: ${topic}`
const guests = []
let chromium, ann, by, id

const gone = (locator) => locator.waitFor({ ...wait, state: 'detached' })
const mask = async (someone) => (await someone.get('/rooms/' + id)).body.me.alias

/** Someone without a browser joins. Returns {someone, alias}. */
async function joins() {
  const someone = await Person.guest()
  guests.push(someone)
  await someone.post(`/rooms/${id}/join`)
  return { someone, alias: await mask(someone) }
}

/** Opens what there is to do about the one with this mask, in the panel. */
async function tools(alias) {
  await by.tabTo(new RegExp(`^button ${alias}`))
  const isOpen = () => ann.evaluate(() => document.activeElement.getAttribute('aria-expanded') === 'true')
  if (!(await isOpen())) await by.press('Enter')
  await until(isOpen, `what there is to do about ${alias}`)
}

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium))
  by = keyboard(ann)
})
after(async () => {
  guests.forEach((one) => one.close())
  await chromium?.close()
})

step('a room is opened, and a line of another one taken back', async () => {
  await by.enter('button Square')
  await by.enter('button Open a room')
  await by.write('textbox Topic', topic)
  await by.enter('button Open the room')
  await composer(ann).waitFor(wait)
  id = room(ann)
  const { someone } = await joins()
  await someone.send(id, 'off the topic')
  await line(ann, 'off the topic').waitFor(wait)
  await by.tabTo('textbox Write a message')
  await by.tabTo('button Message actions', 'Shift+Tab')
  await by.press('Enter')
  await by.enter('button Take back')
  await gone(line(ann, 'off the topic'))
})

step('slow mode, by arrows', async () => {
  await by.enter(about)
  await by.inDialog('About this room')
  await by.tabTo('radio Off')
  await by.press('ArrowRight')
  await by.comesTo('radio 5 s')
  await ann.getByRole('radio', { name: '5 s', checked: true, exact: true }).waitFor(wait)
  await until(async () => (await guests[0].get('/rooms/' + id)).body.slow_mode === 5, 'slow mode')
  await by.press('ArrowLeft')
  await until(async () => (await guests[0].get('/rooms/' + id)).body.slow_mode === 0, 'its end')
})

step('somebody is muted, and may speak again', async () => {
  const { someone, alias } = await joins()
  const muted = async () => !!(await someone.get('/rooms/' + id)).body.me.muted_until
  await tools(alias)
  await by.enter('button 10 min')
  await until(muted, 'muted')
  await by.comesTo(new RegExp(`^button ${alias}, muted until`))
  await tools(alias)
  await by.enter('button Unmute')
  await until(async () => !(await muted()), 'not muted')
})

step('somebody is removed: asked first', async () => {
  const { someone, alias } = await joins()
  await tools(alias)
  await by.enter('button Remove from the room')
  await by.inDialog(`Remove ${alias}?`)
  await by.escape(`button ${alias}`)
  await tools(alias)
  await by.enter('button Remove from the room')
  await by.inDialog(`Remove ${alias}?`)
  await by.enter('button Remove')
  await until(async () => (await someone.get('/rooms/' + id)).body.me.left?.reason === 'kicked', 'removed')
  await by.inDialog('About this room')
})

step('a mask is hidden, and shown again', async () => {
  const { someone, alias } = await joins()
  await tools(alias)
  await by.enter('button Hide this person')
  await ann.getByText('hidden from you').waitFor(wait)
  await someone.send(id, 'not for ann')
  await ann.getByText('Hidden message').waitFor(wait)
  await tools(alias)
  await by.enter('button Show this person again')
  await line(ann, 'not for ann').waitFor(wait)
})

step('the room is changed', async () => {
  await by.enter('button Change the room')
  await ann.getByRole('heading', { level: 1, name: 'Room settings' }).waitFor(wait)
  await by.write('textbox Description (optional)', 'Strings and winds')
  await by.enter('button Save')
  await until(
    async () => (await guests[0].get('/rooms/' + id)).body.description === 'Strings and winds',
    'the change',
  )
  await composer(ann).waitFor(wait)
})

step('one comes by its link, and joins', async () => {
  const { body } = await guests[0].post(`/rooms/${id}/share`, {})
  const bob = await person(chromium, { path: '/s/' + body.code })
  const bobs = keyboard(bob)
  await bob.getByRole('heading', { name: topic }).waitFor(wait)
  await bobs.enter('button Join')
  await composer(bob).waitFor(wait)
  assert.equal(room(bob), id)
  await bobs.tabTo('textbox Write a message')
  await bobs.type('here I am')
  await bobs.press('Enter')
  await line(ann, 'here I am').waitFor(wait)
  calm(bob)
  await bob.context().close()
})

step('the room is handed over: asked first', async () => {
  const { someone, alias } = await joins()
  if (!(await ann.getByRole('dialog', { name: 'About this room' }).count())) await by.enter(about)
  await tools(alias)
  await by.enter('button Hand the room over')
  await by.inDialog(`Hand the room over to ${alias}?`)
  await by.enter('button Hand over')
  await until(async () => (await someone.get('/rooms/' + id)).body.me.role === 'owner', 'handed over')
  await gone(ann.getByRole('heading', { name: 'For the owner' }))
  await by.inDialog('About this room')
  await by.press('Escape')
})

step('a room is closed: asked first', async () => {
  const other = unique('Duet ')
  await by.enter('button Back')
  await ann.getByRole('heading', { level: 1, name: 'Square' }).waitFor(wait)
  await by.enter('button Open a room')
  await by.write('textbox Topic', other)
  await by.enter('button Open the room')
  await composer(ann).waitFor(wait)
  await by.enter(`button About this chat: ${other}`)
  await by.inDialog('About this room')
  await by.enter('button Close the room')
  await by.inDialog('Close this room?')
  await by.enter('button Close the room')
  await seen(ann, /closed/)
  await gone(composer(ann))
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann))
