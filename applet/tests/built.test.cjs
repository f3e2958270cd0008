/** What was built keeps its promises: no foreign host is fetched, no script is inline, every asset is named by its content. */
const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
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

test('mp-weixin: keeps far below the limit of 2 MB', () => {
  const bytes = files(path.join(DIST, 'mp-weixin')).reduce((sum, file) => sum + fs.statSync(file).size, 0)
  assert.ok(bytes < 1_000_000, `${bytes} bytes`)
})
