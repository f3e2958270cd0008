// The table: medians of the rounds, and ratios within this run. Reads the lines that run.sh has gathered.
import { readFileSync } from 'node:fs'

const lines = readFileSync(process.argv[2], 'utf8')
  .trim()
  .split('\n')
  .map((line) => Object.fromEntries(line.split(' ').map((pair) => pair.split('='))))

const median = (values) => values.map(Number).sort((a, b) => a - b)[Math.floor(values.length / 2)]
const number = (value) => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1))

// Each row: its headline, which of a ladder's steps may count, and what else is told beside it.
const rows = {
  pairs: {
    title: '500 pairs, all send, each waits for its own: messages/s',
    key: 'messages_s',
    beside: (of) => `p50 ${number(of('own_p50_ms'))}, p99 ${number(of('own_p99_ms'))} ms`,
  },
  one: {
    title: 'one room of 1000: deliveries/s with p99 under 250 ms',
    key: 'deliveries_s',
    counts: (of) => of('p99_ms') < 250,
    beside: (of) => `${of('senders')} under way, p99 ${number(of('p99_ms'))} ms`,
  },
  rooms: {
    title: '100 rooms of 20: deliveries/s',
    key: 'deliveries_s',
    beside: (of) => `${of('senders') * 100} under way, p99 ${number(of('p99_ms'))} ms`,
  },
  idle: {
    title: '10,000 idle: connects/s',
    key: 'connects_s',
    beside: (of) => `${number(of('with_ticket_s'))}/s with the call before it; ${number(of('memory') / 1000)} kB a connection`,
  },
}

// The best step of a row for a target, as a function from a key to the median over the rounds.
function best(row, target) {
  const steps = new Map()
  for (const line of lines.filter((l) => l.row === row && l.target === target))
    steps.set(line.senders, [...(steps.get(line.senders) ?? []), line])
  const { key, counts = () => true } = rows[row]
  return [...steps.values()]
    .map((rounds) => (name) => (name in rounds[0] ? median(rounds.map((l) => l[name])) : undefined))
    .filter(counts)
    .sort((a, b) => b(key) - a(key))[0]
}

// What a message (idle: a connection) costs in all processes that serve it, in microseconds of CPU.
const cpuParts = (row, target) =>
  Object.keys(lines.find((l) => l.row === row && l.target === target) ?? {}).filter((name) => name.startsWith('cpu_') && name !== 'cpu_load')
const cpu = (row, target, of) => cpuParts(row, target).reduce((sum, name) => sum + of(name), 0)

const targets = { driftline: 'Driftline', peer: 'Node ws, stored', nchan: 'raw Nchan' }
const remarks = []
const costs = []

// What only reads is told as it was measured.
const reads = lines.filter(({ row }) => ['search', 'history', 'export', 'uploads', 'start', 'scroll'].includes(row))
for (const { row, target, ...figures } of reads)
  console.log(`${row}, ${target}: ` + Object.entries(figures).map(([name, value]) => `${name} ${value}`).join(', '))
const [found, scanned] = ['driftline', 'scan'].map((target) => reads.find((l) => l.row === 'search' && l.target === target))
if (found) console.log(`search, sequential scan / Driftline: p50 ${(scanned.p50_ms / found.p50_ms).toFixed(0)}, p99 ${(scanned.p99_ms / found.p99_ms).toFixed(0)}`)
if (lines.length === reads.length) process.exit()

console.log(`\n| work | ${Object.values(targets).join(' | ')} | Driftline / peer | the same by CPU | Driftline / raw Nchan |\n|---|---|---|---|---|---|---|`)
for (const row of Object.keys(rows).filter((name) => lines.some((l) => l.row === name))) {
  const { key, title, beside } = rows[row]
  const found = Object.fromEntries(Object.keys(targets).map((target) => [target, best(row, target)]))
  const cells = Object.values(found).map((of) => (of ? `${number(of(key))} (${beside(of)})` : 'none'))
  const ratio = (target) => (found.driftline && found[target] ? (found.driftline(key) / found[target](key)).toFixed(2) : '')
  const byCpu = found.driftline && found.peer ? (cpu(row, 'peer', found.peer) / cpu(row, 'driftline', found.driftline)).toFixed(2) : ''
  console.log(`| ${title} | ${cells.join(' | ')} | ${ratio('peer')} | ${byCpu} | ${ratio('nchan')} |`)
  for (const [target, of] of Object.entries(found)) {
    if (!of) continue
    const parts = [...cpuParts(row, target), 'cpu_load']
    costs.push(`| ${row} | ${targets[target]} | ${number(cpu(row, target, of))} | ${parts.map((name) => `${name.slice(4)} ${number(of(name))}`).join(', ')} | ` +
      `${of('load_core').toFixed(2)} | ${(of('load_share') * 100).toFixed(0)} % | ${of('other_cores').toFixed(2)} | ${of('lines_a_batch') ?? ''} |`)
    if (of('load_core') >= 0.9 || of('load_share') > 0.4)
      remarks.push(`${row}, ${targets[target]}: the load generator is the bottleneck (${of('load_core').toFixed(2)} of a core, ` +
        `${(of('load_share') * 100).toFixed(0)} % of the CPU spent): the service would do more.`)
    if (of('other_cores') > 0.25)
      remarks.push(`${row}, ${targets[target]}: other programs used ${of('other_cores').toFixed(2)} of a core meanwhile: trust the ratios little.`)
    const bad = lines.filter((l) => l.row === row && l.target === target && Number(l.lost))
    if (bad.length) remarks.push(`${row}, ${targets[target]}: deliveries were lost (or, below zero, came twice) in ${bad.length} measurements: ${bad.map((l) => l.lost)}.`)
  }
}
const inserts = lines.filter((l) => l.row === 'insert').map((l) => l.messages_s)
if (inserts.length) {
  const bare = median(inserts), own = best('pairs', 'driftline')
  console.log(`| PostgreSQL's bare INSERT, a row a commit, 32 clients: rows/s | ${number(bare)} | | | messages / rows: ${own ? (own('messages_s') / bare).toFixed(2) : ''} | | |`)
}
console.log(`\nCPU in microseconds a message (idle: a connection), by process: it varies less than rates do while others use the machine\n\n| row | target | all servers | by process | load generator, cores | its share | others, cores | lines a batch |\n|---|---|---|---|---|---|---|---|`)
console.log(costs.join('\n'))
if (remarks.length) console.log('\n' + remarks.map((remark) => '- ' + remark).join('\n'))
