/*
 * Safety's functions of the database called as the service calls them: in one transaction, what they say published after
 * its commit.
 */
import { execFileSync } from 'node:child_process'
import http from 'node:http'
import { rows, sql, state } from './client.mjs'

const socketPath =
  execFileSync('sh', ['-c', `. '${state}/instance'; printf %s "$RUN"`]).toString() + '/publish.sock'

const publish = (method, channels, body) =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath, method, path: '/p/' + channels, headers: { host: 'n' } },
      (answer) => answer.resume().on('end', resolve),
    )
    request.on('error', reject)
    request.end(body)
  })

/** The settings that reports are judged by, as a service without settings of its own has them. */
export const rules = {
  ladder: 'warn mute:1h ban:1d ban:7d ban',
  warning_days: 90,
  step: 'match:1h',
  step_weight: 150,
  new_days: 3,
  hourly: 30,
}

/** Calls a function that returns act rows, and publishes them. Returns them. */
export async function act(call) {
  const lines = await sql(`begin; select row_to_json(a) from ${call} a; commit;`)
  const acts = lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line))
  for (const { kind, target, body } of acts) {
    if (target) await publish('POST', target, body)
    if (target && kind === 'bye') await publish('DELETE', target)
  }
  return acts
}

export const ban = async (person, until = "'infinity'", reason = 'spam') =>
  act(`account_ban(${await person.key()}, ${until}, '${reason}')`)
export const resolve = (report, action, days = null) =>
  act(`report_resolve('${report}', '${action}', ${days}, '', null, '${JSON.stringify(rules)}')`)

/** All groups' departures come now instead of minutes later; waited for. */
export async function depart(...people) {
  const keys = await Promise.all(people.map((person) => person.key()))
  const due = `from departure d join member m on m.key = d.member where m.account in (${keys.join()})`
  await sql(`update departure set at = now() where member in (select m.key ${due})`)
  for (let n = 0; n < 400 && (await rows(`select d.member ${due}`)).length > 0; n++)
    await new Promise((done) => setTimeout(done, 50))
}
