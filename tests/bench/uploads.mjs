/*
 * Uploads: avatars a second and the memory of a child that decodes one, or a picture of 1600 by 1200; then how long lines of chat take, without uploads
 * and while eight people upload without pause.
 *
 *   node uploads.mjs --port 8080 --process 1234      the process of `media`
 *
 * Prints a line of name=value.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { randomUUID } from 'node:crypto'

const options = {}
for (let i = 2; i < process.argv.length; i += 2)
  options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
process.env.DRIFTLINE_TEST_BASE = 'http://127.0.0.1:' + options.port
const { Person } = await import('../support/client.mjs')
const { png, setAvatar, fetchMedia, send } = await import('../support/media.mjs')
const UPLOADERS = 8
const SECONDS = 8

/** The highest memory, in megabytes, of any child of the process while `work` goes on, one upload after the other. */
async function peakOfChildren(pid, work) {
  let peak = 0
  const look = () => {
    for (const thread of readdirSync(`/proc/${pid}/task`))
      try {
        for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
          .split(' ')
          .filter(Boolean))
          peak = Math.max(
            peak,
            Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))[1]) / 1024,
          )
      } catch {
        // gone meanwhile
      }
  }
  const timer = setInterval(look, 1)
  await work()
  clearInterval(timer)
  return peak
}

async function during(seconds, work) {
  const end = Date.now() + seconds * 1000
  let count = 0
  for (; Date.now() < end; count++) await work()
  return count
}

function percentiles(times) {
  times.sort((a, b) => a - b)
  return [0.5, 0.99].map((share) => times[Math.floor(times.length * share)].toFixed(1))
}

/** Two people talk, a line at a time; how long each took. */
async function chat(room, people) {
  const times = []
  await during(SECONDS, async () => {
    const began = performance.now()
    const { status } = await people[times.length % 2].send(room, 'a line of chat', {
      client_id: randomUUID(),
    })
    if (status !== 200) throw new Error('line: ' + status)
    times.push(performance.now() - began)
  })
  return percentiles(times)
}

// what a client sends after it has shrunk it: a photograph's size, made by the service itself out of noise and slopes
const people = await Promise.all(Array.from({ length: UPLOADERS }, () => Person.guest()))
const [one, two] = people
await one.match(['bench'])
const room = (await two.match(['bench'])).body.room.id
const large = png(1600, 1200, (x, y) => [
  (((x >> 4) ^ (y >> 4)) * 9) & 255,
  (x >> 3) & 255,
  (y >> 2) & 255,
  255,
])
const { body: line } = await send(one, room, large)
const photograph = (await fetchMedia(one, line.media.url)).bytes

const peaks = []
for (const upload of [() => setAvatar(one, photograph), () => send(one, room, large)])
  peaks.push(
    await peakOfChildren(options.process, async () => {
      for (let n = 0; n < 10; n++) await upload()
    }),
  )
const alone = await chat(room, people)
const refused = { count: 0 }
let avatars = 0
const uploading = Promise.all(
  people.map((person) =>
    during(SECONDS, async () => {
      const { status } = await setAvatar(person, photograph)
      if (status === 200) avatars++
      else refused.count++
    }),
  ),
)
const beside = await chat(room, people)
await uploading
console.log(
  [
    `avatars_s=${(avatars / SECONDS).toFixed(1)}`,
    `refused=${refused.count}`,
    `photograph_kb=${Math.round(photograph.length / 1024)}`,
    `avatar_child_mb=${peaks[0].toFixed(1)}`,
    `picture_child_mb=${peaks[1].toFixed(1)}`,
    `chat_p50_ms=${alone[0]}`,
    `chat_p99_ms=${alone[1]}`,
    `beside_uploads_p50_ms=${beside[0]}`,
    `beside_uploads_p99_ms=${beside[1]}`,
  ].join(' '),
)
