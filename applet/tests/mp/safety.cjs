/**
 * The applet and safety, against a running service (DRIFTLINE_TEST_BASE, DRIFTLINE_STATE): it reports a line, is warned and
 * muted over whatever page it is at, is banned and appeals.
 */
const assert = require('node:assert')
const { after, before, test } = require('node:test')
const { Applet, until } = require('./driver.cjs')
const { Stranger } = require('./stranger.cjs')

const BASE = (process.env.DRIFTLINE_TEST_BASE || 'http://127.0.0.1:8080').replace(/\/$/, '')
const TAG = `applet-${Date.now().toString(36)}-s`.slice(0, 20)

let applet
let stranger
let room
let safety
let account

before(async () => {
  safety = await import('../../../tests/support/safety.mjs')
  applet = await Applet.start({ base: BASE })
  stranger = await Stranger.enter(BASE)
})

after(async () => {
  stranger?.leave()
  await applet?.stop()
})

test('reports a line, and blocks nobody unasked', async () => {
  await applet.tap('Start as a guest')
  await applet.waitForText('Who will it be?')
  await until(() => applet.input('Add a tag', TAG))
  await applet.tap('Add')
  await applet.waitForText(TAG)
  await applet.tap('Find someone')
  await applet.waitForText('Looking for someone')
  ;({ room } = await stranger.match([TAG]))
  await applet.waitForRoute('pages/chat/chat')
  for (const text of ['buy gold', 'cheap gold']) await stranger.say(room.id, text)
  await applet.waitForText('cheap gold')
  await applet.tap('Message actions')
  await applet.tap('Report')
  await applet.waitForText('1 message chosen.')
  await applet.tap('Choose messages')
  await applet.tap('For the report: buy gold')
  await applet.waitForText('2 messages chosen.')
  await applet.tap('Done')
  await applet.tap('Spam or fraud')
  await until(() => applet.input('In your words (optional)', 'twice'))
  await applet.tap('Send the report')
  await applet.waitForText('Your report is with the moderators.')
  await applet.tap('My reports')
  await applet.waitForRoute('pages/reports/reports')
  await applet.waitForText('A moderator will look at it')
  const { sql } = await import('../../../tests/support/client.mjs')
  account = await sql(
    `select reporter from report r join room o on o.key = r.room where o.id = '${room.id}' and r.note = 'twice'`,
  )
  assert.strictEqual(
    await sql(`select count(*) from evidence e join report r on r.id = e.report where r.note = 'twice'
      and r.reporter = ${account} and e.chosen`),
    '2',
  )
})

test('is warned over whatever page it is at', async () => {
  await safety.act(`warning_give(${account}, 'Be kind.')`)
  await applet.waitForText('From the moderators')
  await applet.waitForText('Be kind.')
  await applet.tap('I have read it')
  await until(async () => assert.ok(!(await applet.text()).includes('From the moderators')))
})

test('is muted everywhere until that ends', async () => {
  await applet.tap('Back')
  await applet.waitForRoute('pages/chat/chat')
  await safety.act(`account_mute(${account}, now() + interval '4 seconds', 'Too loud.')`)
  await applet.waitForText('The moderators have muted you until')
  await applet.tap('I have read it')
  await until(() => applet.input('Write a message', 'back again'))
  await applet.tap('Send')
  await stranger.hear((frame) => frame.type === 'message' && frame.message.body === 'back again')
})

test('is banned, told why, and appeals', async () => {
  await safety.act(`account_ban(${account}, 'infinity', 'Enough.')`)
  await applet.waitForRoute('pages/banned/banned')
  await applet.waitForText('Reason: Enough.')
  await applet.waitForText('For good.')
  await until(() => applet.input('Why you see it differently', 'Sorry.'))
  await applet.tap('Send the appeal')
  await applet.waitForText('Your appeal is with the moderators.')
  await applet.tap('To the first page')
  await applet.waitForRoute('pages/entry/entry')
})

test('kept within WeChat’s limits', async () => {
  const seen = await applet.seen()
  assert.deepStrictEqual(seen.refused, [])
  assert.deepStrictEqual(
    (await applet.events()).filter((event) => event.name === 'unhandled'),
    [],
  )
})
