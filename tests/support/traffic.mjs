// People who talk without pause while parts of the service are killed, and who keep a log of all that they were told.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { pair, randomUUID, range, rows, state, until } from './client.mjs'

const tick = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** One of two in a room: sends, one line after the other, and listens, coming back as clients do. */
class Talker {
  answered = [] // messages, as the service answered them
  heard = new Map() // seq -> message, by frame or sync
  refusals = new Map() // what else was answered, or thrown, and how often
  came = [] // when sockets were opened again
  constructor(person, room, traffic) {
    Object.assign(this, { person, room, traffic })
  }
  note(what) {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1)
  }
  /** Until it is answered: what was not may have been stored, so it is sent again as the same. */
  async say(body) {
    const client_id = randomUUID()
    for (;;) {
      try {
        const answer = await this.person.send(this.room, body, { client_id })
        if (answer.status === 200) {
          this.answered.push(answer.body)
          this.traffic.told()
          return
        }
        this.note(
          `${answer.status} ${answer.body?.error?.code}${answer.headers.has('retry-after') ? '' : ', no Retry-After'}`,
        )
      } catch (error) {
        this.note(error.cause?.code ?? error.message)
      }
      await tick(20)
    }
  }
  async talk() {
    for (let n = 1; this.traffic.running; n++) await this.say(`line ${n}`)
  }
  hear(messages) {
    for (const message of messages) {
      const before = this.heard.get(message.seq)
      if (before) assert.deepEqual(message, before, 'a line changed')
      this.heard.set(message.seq, message)
    }
  }
  async sync() {
    let last = 0
    while (this.heard.has(last + 1)) last++
    const { status, body } = await this.person.post('/sync', { rooms: { [this.room]: last } })
    if (status !== 200) throw new Error('sync: ' + status)
    for (const room of body.rooms) this.hear(room.messages)
    return body.more
  }
  listen() {
    const { socket } = this.person
    socket.on('message', (data) => {
      const frame = JSON.parse(data)
      if (frame.type === 'message') this.hear([frame.message])
    })
    socket.on('close', () => this.traffic.running && (this.returning = this.comeBack()))
  }
  async comeBack() {
    while (this.traffic.running) {
      try {
        await this.person.open()
        this.listen()
        while (await this.sync());
        this.came.push(Date.now())
        return
      } catch {
        await tick(50)
      }
    }
  }
}

/** Starts so many pairs talking. Returns what watches over them. */
export async function traffic(pairs = 4) {
  const it = {
    running: true,
    talkers: [],
    last: Date.now(),
    pause: 0, // the longest time in which nobody was answered
    count: 0,
    told() {
      const now = Date.now()
      it.pause = Math.max(it.pause, now - it.last)
      it.last = now
      it.count++
    },
    /** Waits for so many more answers. */
    async more(count = 200, limit = 20000) {
      const wanted = it.count + count
      await until(
        () => it.count >= wanted,
        () => `${wanted} answers, there are ${it.count}: ${JSON.stringify(it.refusals())}`,
        limit,
      )
    },
    refusals() {
      const all = {}
      for (const { refusals } of it.talkers)
        for (const [what, count] of refusals) all[what] = (all[what] ?? 0) + count
      return all
    },
    /** Waits until every socket was opened again after a time. */
    back: (since, limit = 10000) =>
      until(() => it.talkers.every((t) => t.came.some((at) => at > since)), 'the clients to be back', limit),
    /** Lets everybody finish, and holds what they were told against each other and the database. */
    async check() {
      it.running = false
      await Promise.all(it.talking)
      for (const talker of it.talkers) {
        await talker.returning
        talker.person.close()
        await until(
          () =>
            talker.sync().then(
              (more) => !more,
              () => false,
            ),
          'the last sync',
          10000,
        )
      }
      for (let n = 0; n < it.talkers.length; n += 2) {
        const both = it.talkers.slice(n, n + 2)
        const { room } = both[0]
        const stored = await rows(
          `select c.seq, c.client_id, c.body, m.id as member from room r join message c on c.room = r.key and c.room_kind = r.kind
             join member m on m.key = c.member where r.id = '${room}' order by c.seq`,
        )
        const plain = ({ seq, client_id, body, member }) => ({ seq, client_id, body, member })
        const answered = both.flatMap((t) => t.answered).sort((a, b) => a.seq - b.seq)
        assert.deepEqual(
          stored.map((m) => m.seq),
          range(1, stored.length),
          'a gap in the database',
        )
        assert.deepEqual(answered.map(plain), stored, 'what was answered is not what is stored')
        for (const { heard } of both)
          assert.deepEqual(
            [...heard.values()].sort((a, b) => a.seq - b.seq).map(plain),
            stored,
            'what was heard is not what is stored',
          )
      }
    },
  }
  for (let n = 0; n < pairs; n++) {
    const { one, two, room } = await pair()
    for (const person of [one, two]) {
      const talker = new Talker(person, room, it)
      talker.listen()
      it.talkers.push(talker)
    }
  }
  it.talking = it.talkers.map((talker) => talker.talk())
  await it.more(100)
  it.pause = 0
  return it
}

export const pidOf = (part) => Number(readFileSync(`${state}/service/${part}/supervise/pid`, 'utf8'))

/** The processes whose parent is this one. */
export function childrenOf(pid) {
  return readdirSync('/proc')
    .filter((name) => {
      try {
        return (
          /^\d+$/.test(name) &&
          readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1).split(' ')[1] === String(pid)
        )
      } catch {
        return false // gone meanwhile
      }
    })
    .map(Number)
}

/** Sends a signal to one process of the service. */
export const kill = (pid, signal = 'KILL') => execFileSync('kill', ['-s', signal, String(pid)])
