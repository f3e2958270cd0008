// Words that are not allowed, and lines that a moderator looks at first, as people meet them.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  guest,
  journey,
  line,
  meet,
  person,
  say,
  seen,
  wait,
} from '../support/browser.mjs'
import { rows, sql, unique, until } from '../support/client.mjs'
import { act } from '../support/safety.mjs'

const step = journey()
const pageAt = (page, name) => page.goto(`${page.base}/#/pages/${name}/${name}`)
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor(wait)
let chromium, ann, bob

before(async () => {
  chromium = await browser()
  ;[ann, bob] = await Promise.all([person(chromium), person(chromium)])
  await Promise.all([guest(ann), guest(bob)])
  await meet(ann, bob)
})
after(() => chromium?.close())

step('a word that is not allowed: the line says so, a field says so', async () => {
  const [bad, doubtful] = [unique('bad'), unique('doubt')]
  await sql(`insert into word (pattern, class) values ('${bad}', 'block'), ('${doubtful}', 'hold')`)
  await until(
    async () => {
      await say(bob, bad)
      const failed = bob.getByText('This cannot be said here. Change the words and try again.').last()
      return failed.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      )
    },
    'the words to be in force',
    15000,
  )
  await say(bob, `so ${doubtful} it is`)
  await seen(bob, 'A moderator looks at this first')
  await bob.reload()
  await seen(bob, 'A moderator looks at this first')
  const held = async () => (await rows(`select id from held where body like '%${doubtful}%'`))[0].id
  await act(`held_decide('${await held()}', true)`)
  await line(ann, `so ${doubtful} it is`).waitFor(wait)
  await bob.getByText('A moderator looks at this first').waitFor({ ...wait, state: 'detached' })
  await say(bob, `and ${doubtful} again`)
  await seen(bob, 'A moderator looks at this first')
  await act(`held_decide('${await held()}', false)`)
  await bob.getByText('This cannot be said here.').nth(1).waitFor(wait)
  assert.equal(await line(ann, `and ${doubtful} again`).count(), 0)
  await pageAt(ann, 'me')
  await ann.getByLabel('Nickname').fill(bad)
  await button(ann, 'Save').click()
  await alert(ann, 'This cannot be said here. Change the words and try again.')
  await sql(`delete from word where pattern in ('${bad}', '${doubtful}')`)
  await ann.goBack()
})

step('nothing was refused, failed or fetched from elsewhere', () => calm(ann, bob))
