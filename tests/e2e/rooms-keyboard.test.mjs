// Rooms without a mouse: the square, opening a room, its panel and its questions, by Tab, arrows, Enter and Escape alone.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { browser, calm, composer, guest, journey, person, room, seen, wait } from '../support/browser.mjs'
import { unique } from '../support/client.mjs'
import { keyboard } from '../support/keyboard.mjs'

const step = journey()
const topic = unique('Keys ')
let chromium, ann, press, focused, tabTo

before(async () => {
  chromium = await browser()
  ann = await guest(await person(chromium, { viewport: { width: 1280, height: 800 } }))
  ;({ press, focused, tabTo } = keyboard(ann))
})
after(() => chromium?.close())

step('to the square, and its orders by arrows', async () => {
  await tabTo('button Square')
  await press('Enter')
  await ann.getByRole('heading', { name: 'Square' }).waitFor(wait)
  await tabTo('radio Active')
  await press('ArrowRight')
  assert.equal(await focused(), 'radio New')
  await ann.getByRole('radio', { name: 'New', checked: true }).waitFor(wait)
})

step('a room is opened', async () => {
  await tabTo('button Open a room', 'Shift+Tab')
  await press('Enter')
  await ann.getByRole('heading', { name: 'A room of your own' }).waitFor(wait)
  await tabTo('textbox Topic')
  await ann.keyboard.type(topic)
  await tabTo('textbox Add a tag')
  await ann.keyboard.type('keys')
  await press('Enter')
  await tabTo('button Remove tag keys')
  await tabTo('switch Open to all')
  await press('Space')
  await ann.getByRole('switch', { name: 'Open to all', checked: false }).waitFor(wait)
  await press('Space')
  await tabTo('radio Masks only')
  await tabTo('button Open the room')
  await press('Enter')
  await composer(ann).waitFor(wait)
})

step('its panel opens beside the chat, and Escape gives the keyboard back', async () => {
  await tabTo(`button About this chat: ${topic}`)
  await press('Enter')
  await ann.getByRole('dialog', { name: 'About this room' }).waitFor(wait)
  await tabTo('button Close')
  await press('Escape')
  await ann.getByRole('dialog').waitFor({ ...wait, state: 'detached' })
  assert.equal(await focused(), `button About this chat: ${topic}`)
})

step('on a phone the panel keeps the keyboard until it is closed', async () => {
  await ann.setViewportSize({ width: 390, height: 844 })
  await press('Enter')
  const side = ann.getByRole('dialog', { name: 'About this room' })
  await side.waitFor(wait)
  const seenThere = new Set()
  for (let n = 0; n < 60; n++) {
    await press('Tab')
    seenThere.add(await focused())
    assert.ok(await ann.evaluate(() => !!document.activeElement.closest('[role=dialog]')))
  }
  for (const what of [
    'button Close',
    'button Search in this chat',
    'switch Keep on top',
    'button Leave the room',
  ])
    assert.ok(seenThere.has(what), `${what} is not reached`)
})

step('a setting, a link and back', async () => {
  await tabTo('switch Silence')
  await press('Space')
  await ann.getByRole('switch', { name: 'Silence', checked: true }).waitFor(wait)
  await tabTo('button Invite by a link')
  await press('Enter')
  await tabTo('button Make a link')
  await press('Enter')
  await ann.getByLabel('The link as a QR code').waitFor(wait)
  await press('Escape')
  await ann.getByRole('dialog', { name: 'About this room' }).waitFor(wait)
})

step('a question is answered', async () => {
  await tabTo('button Leave the room')
  await press('Enter')
  const question = ann.getByRole('dialog', { name: 'Leave this room?' })
  await question.waitFor(wait)
  await press('Escape')
  await question.waitFor({ ...wait, state: 'detached' })
  await ann.getByRole('dialog', { name: 'About this room' }).waitFor(wait)
  await tabTo('button Leave the room')
  await press('Enter')
  await question.waitFor(wait)
  await tabTo('button Leave')
  await press('Enter')
  await seen(ann, 'You left this room.')
})

step('a line of the square leads to its room', async () => {
  const id = room(ann)
  await tabTo('button Back')
  await press('Enter')
  await ann.getByRole('heading', { name: 'Square' }).waitFor(wait)
  await tabTo('textbox Search rooms')
  await ann.keyboard.type(topic)
  await ann
    .getByText('You are in it')
    .first()
    .waitFor({ ...wait, state: 'detached' })
  await ann.getByRole('link', { name: topic }).waitFor(wait)
  await tabTo(`link ${topic}`)
  await press('Enter')
  await ann.getByText('You were here before').waitFor(wait)
  await tabTo('button Join')
  await press('Enter')
  await composer(ann).waitFor(wait)
  assert.equal(room(ann), id)
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann))
