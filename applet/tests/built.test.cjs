/** What was built keeps its promises: no foreign host is fetched, no script is inline, every asset is named by its content. */
const assert = require('node:assert')
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const zlib = require('node:zlib')
const { test } = require('node:test')

const DIST = path.join(__dirname, '../dist/build')
/** Names of XML vocabularies, addresses in messages for developers, the home page that LAME gives: nothing is fetched. */
const ONLY_NAMED = [
  /^http:\/\/www\.w3\.org\//,
  /^https:\/\/vuejs\.org\/error-reference\//,
  /^https:\/\/uniapp\.dcloud\.(net\.cn|io)\//,
  /^http:\/\/www\.mp3dev\.org\/$/,
]

function files(dir) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name)
    return entry.isDirectory() ? files(file) : [file]
  })
}

for (const target of ['h5', 'mp-weixin', 'moderation']) {
  test(`${target}: names no host that would be fetched`, () => {
    const own = target !== 'mp-weixin' ? [] : [process.env.VITE_API_BASE || 'http://127.0.0.1:8080']
    for (const file of files(path.join(DIST, target))) {
      const found = fs.readFileSync(file, 'latin1').match(/\b(?:https?|wss?):\/\/[\w.:-]+[\w./-]*/g) || []
      const foreign = found.filter(
        (url) => !ONLY_NAMED.some((known) => known.test(url)) && !own.includes(url),
      )
      assert.deepStrictEqual(foreign, [], file)
    }
  })
}

test('h5: index.html runs no inline script and has no inline handler', () => {
  const html = fs.readFileSync(path.join(DIST, 'h5/index.html'), 'utf8')
  for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    assert.match(attributes, /src="\.\//)
    assert.strictEqual(body.trim(), '')
  }
  assert.doesNotMatch(html, /\son\w+=|javascript:/)
})

test('h5: every asset is named by its content', () => {
  for (const file of files(path.join(DIST, 'h5/assets')))
    assert.match(path.basename(file), /[.-][\w-]{8,}\.(js|css|svg|png|woff2)$/)
})

test('h5: the service worker keeps just this page and its assets', () => {
  const worker = fs.readFileSync(path.join(DIST, 'h5/sw.js'), 'utf8')
  const page = fs.readFileSync(path.join(DIST, 'h5/index.html'))
  assert.ok(worker.includes(`"sha256-${crypto.createHash('sha256').update(page).digest('base64')}"`))
  const kept = JSON.parse(worker.match(/files:(\[[^\]]*\])/)[1])
  const built = fs.readdirSync(path.join(DIST, 'h5/assets')).map((name) => `assets/${name}`)
  const seldom = built.filter((name) => /platform-lame|\.png$/.test(name))
  assert.deepStrictEqual([...kept, ...seldom].sort(), built.sort())
})

test('mp-weixin: keeps far below the limit of 2 MB', () => {
  const bytes = files(path.join(DIST, 'mp-weixin')).reduce((sum, file) => sum + fs.statSync(file).size, 0)
  assert.ok(bytes < 1_000_000, `${bytes} bytes`)
})

/** The files that a module asks for at once, with those that they ask for. */
function needed(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  const code = fs.readFileSync(path.join(DIST, 'h5/assets', name), 'utf8')
  for (const [, next] of code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([\w.-]+\.js)"/g)) needed(next, found)
  return found
}

/** What the preloading of a page names: its files, styles among them. */
function preloaded(code, page) {
  const names = JSON.parse(code.match(/viteFileDeps\s*=\s*(\[[^\]]*\])/)[1].replace(/'/g, '"'))
  const [, list] = code.match(
    new RegExp(
      `import\\(["'\`]\\./${page}[^)]*\\)(?:\\.then\\([^)]*\\))?,\\s*__vite__mapDeps\\(\\[([\\d,]*)\\]`,
    ),
  )
  return list.split(',').map((at) => names[Number(at)].replace('./', ''))
}

test('h5: what the first page needs is less than 100 kB, as it is sent', () => {
  const html = fs.readFileSync(path.join(DIST, 'h5/index.html'))
  const linked = [...String(html).matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map((m) => m[1])
  const index = linked.find((name) => /^index-.*\.js$/.test(name))
  const code = fs.readFileSync(path.join(DIST, 'h5/assets', index), 'utf8')
  const page = preloaded(code, 'pages-entry-entry')
  const scripts = [index, ...page].filter((name) => name.endsWith('.js')).flatMap((name) => [...needed(name)])
  const sent = [...new Set([...linked, ...page, ...scripts])].map((name) => [
    zlib.gzipSync(fs.readFileSync(path.join(DIST, 'h5/assets', name)), { level: 9 }).length,
    name,
  ])
  const bytes = sent.reduce((sum, [size]) => sum + size, zlib.gzipSync(html, { level: 9 }).length)
  assert.ok(scripts.length > 2 && bytes > 50_000, 'the first page was not found')
  assert.ok(bytes < 100_000, `${bytes} bytes: ${sent.sort((a, b) => b[0] - a[0]).join(' ')}`)
})
