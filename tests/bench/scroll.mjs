/*
 * Scrolling a chat of many lines in Chromium: how much work of the page's main thread a frame takes, by the browser's own
 * tracing, while a wheel goes through all that is loaded; and how many rows are in the document meanwhile.
 *
 *   node scroll.mjs --port 8080 [--lines 10000]
 *
 * Prints a line of name=value; times in milliseconds. A frame's work is the CPU that the main thread's tasks take
 * from one of its frames to the next, so that what else the machine does counts little. The limits of calls have to be off.
 */
const options = { lines: 10000 }
for (let i = 2; i < process.argv.length; i += 2)
  options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
process.env.DRIFTLINE_TEST_BASE ??= 'http://127.0.0.1:' + options.port
const { Person, pair, until } = await import('../support/client.mjs')
const { browser, form, log, person, start, wait } = await import('../support/browser.mjs')
const LINES = Number(options.lines)
const WORDS =
  'the tide comes in slowly tonight and somebody is still awake 今晚 海 很 安静 do you hear it 😀 yes'.split(
    ' ',
  )

const said = (i) =>
  `${i}: ` + Array.from({ length: 1 + ((i * 7) % 40) }, (_, k) => WORDS[(i + k) % WORDS.length]).join(' ')

/** Two people, and all their lines. */
async function talk() {
  const talkers = await pair(await Person.register(), await Person.register())
  for (let i = 1; i <= LINES; i++) {
    const who = i % 3 ? talkers.one : talkers.two
    const answer = await who.send(talkers.room, said(i), i % 9 ? {} : { reply_to: i - 4 })
    if (answer.status !== 200) throw new Error('send: ' + answer.text)
  }
  for (const each of [talkers.one, talkers.two]) each.close()
  return talkers
}

const rowsNow = () => document.querySelectorAll('.scroll .place').length
const box = (page) => page.locator('.scroll').filter({ visible: true })

/** Goes up until the first line of all is loaded. */
async function loadAll(page) {
  let most = 0
  await until(
    async () => {
      most = Math.max(most, await page.evaluate(rowsNow))
      await box(page).evaluate((element) => (element.scrollTop = 0))
      return log(page)
        .getByText('The beginning of this chat')
        .or(log(page).getByText(said(1), { exact: true }))
        .count()
    },
    'the first line',
    120000,
  )
  return most
}

/** Wheels on for a while and answers the trace's events. */
async function traced(page, by, seconds) {
  const client = await page.context().browser().newBrowserCDPSession()
  const events = []
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  })
  const end = Date.now() + seconds * 1000
  let most = 0
  for (let i = 0; Date.now() < end; i++) {
    await page.mouse.wheel(0, by)
    if (i % 20 === 0) most = Math.max(most, await page.evaluate(rowsNow))
  }
  const complete = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve))
  await client.send('Tracing.end')
  await complete
  return { events, most }
}

/** Milliseconds of CPU of the main thread's tasks in each of the page's frames, from the least. */
function frames(events) {
  const thread = ({ pid, tid }) => `${pid} ${tid}`
  const begins = events.filter((e) => e.name === 'AnimationFrame' && e.ph === 'b')
  const main = thread(begins[0])
  if (begins.some((e) => thread(e) !== main)) throw new Error('frames of two pages')
  const starts = begins.map((e) => e.ts).sort((a, b) => a - b)
  const work = starts.map(() => 0)
  const tasks = events.filter(
    (e) => e.name === 'ThreadControllerImpl::RunTask' && e.ph === 'X' && thread(e) === main,
  )
  let at = -1
  for (const { ts, dur, tdur } of tasks.sort((a, b) => a.ts - b.ts)) {
    // a frame is drawn within the task that begins it
    while (at + 1 < starts.length && starts[at + 1] <= ts + dur) at++
    if (at >= 0) work[at] += tdur / 1000
  }
  return work.sort((a, b) => a - b)
}

const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]

const talkers = await talk()
const chromium = await browser()
try {
  const page = await person(chromium, { viewport: { width: 1280, height: 900 } })
  await form(page, 'login', talkers.one.account, talkers.one.password)
  await start(page).waitFor(wait)
  await page.goto(`${page.base}/#/pages/chat/chat?room=${talkers.room}`)
  await log(page).getByText(said(LINES), { exact: true }).waitFor(wait)
  const loading = await loadAll(page)
  await page.mouse.move(640, 450)
  const values = { lines: LINES, rows: loading }
  for (const [way, by] of [
    ['down', 120],
    ['up', -120],
    ['fast', 1500],
  ]) {
    const { events, most } = await traced(page, by, 6)
    const work = frames(events)
    values.rows = Math.max(values.rows, most)
    values[way + '_frames'] = work.length
    for (const [name, part] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
      ['max', 1],
    ])
      values[`${way}_${name}`] = share(work, part)?.toFixed(1)
  }
  console.log(
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  )
} finally {
  await chromium.close()
}
