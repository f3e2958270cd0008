/**
 * The shell in a browser: the manifest by which it is installed, the service worker by which it starts without a network,
 * and what the first page needs named in index.html, so that it is fetched at once and not one thing after the other.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { transformWithEsbuild, type HtmlTagDescriptor, type Plugin, type Rollup } from 'vite'

const APPLET = path.join(__dirname, '..')
const FIRST = 'src/pages/entry/entry.vue'
const NAME = 'pages-entry-entry'
const MANIFEST = 'manifest.webmanifest'
const WORKER = 'sw.js'
/** What stands beside a link that is put elsewhere; by a name that stays, since the service's page of a link names it too. */
const CARD = 'share.png'

/** Fetched by who records a voice, and by browsers that install. */
const SELDOM = /platform-lame|\.png$/

const read = (file: string) => readFileSync(path.join(APPLET, file))
const digest = (text: string | Uint8Array) => createHash('sha256').update(text).digest('base64')

/** Without words, since those would have to be in one language. */
function manifest(icon: (file: string) => string): string {
  const png = (file: string, size: number, purpose: string) => ({
    src: icon(file),
    sizes: `${size}x${size}`,
    type: 'image/png',
    purpose,
  })
  return JSON.stringify({
    id: '/',
    name: 'Driftline',
    short_name: 'Driftline',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#f3efe6',
    theme_color: '#f3efe6',
    icons: [
      { src: icon('src/static-icon.svg'), sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
      png('icons/icon-192.png', 192, 'any'),
      png('icons/icon-512.png', 512, 'any'),
      png('icons/maskable-512.png', 512, 'maskable'),
    ],
  })
}

/** The worker's program, for a build of which these are the files. */
async function worker(page: string, files: string[]): Promise<string> {
  const shell = {
    version: digest(JSON.stringify([page, files]))
      .replace(/\W/g, '')
      .slice(0, 12),
    page: 'sha256-' + digest(page),
    files,
  }
  const { code } = await transformWithEsbuild(String(read('worker/worker.ts')), 'worker.ts', {
    define: { SHELL: JSON.stringify(shell) },
    format: 'iife',
    minify: true,
    sourcemap: false,
    target: 'es2020',
    tsconfigRaw: '{}',
  })
  return code
}

/** The modules that this one needs at once, itself among them. */
function needed(id: string, at: (id: string) => Rollup.ModuleInfo | null, found = new Set<string>()) {
  if (found.has(id)) return found
  found.add(id)
  for (const next of at(id)?.importedIds ?? []) needed(next, at, found)
  return found
}

/**
 * What the first page needs is one file, not ten: on a slow network each costs its way there and back. Pages that share
 * parts with it have those from there.
 */
function together(): Rollup.GetManualChunk {
  let first: Set<string> | undefined
  return (id, { getModuleIds, getModuleInfo }) => {
    if (!first) {
      const ids = [...getModuleIds()]
      const find = (file: string) => ids.find((each) => each.endsWith(file)) ?? ''
      const before = needed(find('src/main.ts'), getModuleInfo)
      first = new Set([...needed(find(FIRST), getModuleInfo)].filter((each) => !before.has(each)))
    }
    return first.has(id) ? NAME : undefined
  }
}

/** Links to what the first page needs and the entry's own tags do not bring. */
function links(bundle: Rollup.OutputBundle): HtmlTagDescriptor[] {
  const first = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === NAME)
  if (first?.type !== 'chunk') throw new Error('the first page is no chunk of its own: what does it load?')
  const link = (rel: string, name: string): HtmlTagDescriptor => ({
    tag: 'link',
    attrs: { rel, crossorigin: true, href: './' + name },
    injectTo: 'head',
  })
  return [
    link('modulepreload', first.fileName),
    ...[...(first.viteMetadata?.importedCss ?? [])].map((name) => link('stylesheet', name)),
  ]
}

/** Style sheets come behind what the page has of its own, which need not wait for them; scripts do. */
function stylesLast(page: string): string {
  const sheets = page.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? []
  if (!sheets.length) throw new Error('index.html names no style sheet')
  return sheets
    .reduce((rest, sheet) => rest.replace(sheet, ''), page)
    .replace('  </body>', sheets.join('') + '  </body>')
}

export function shell(): Plugin {
  const icons = ['icons/icon-192.png', 'icons/icon-512.png', 'icons/maskable-512.png']
  const emitted = new Map<string, string>()
  return {
    name: 'shell',
    apply: 'build',
    config: () => ({
      build: {
        rollupOptions: { output: { manualChunks: together(), onlyExplicitManualChunks: true } },
      },
    }),
    buildStart() {
      for (const file of icons) {
        const name = path.basename(file)
        emitted.set(file, this.emitFile({ type: 'asset', name, source: read(file) }))
      }
      this.emitFile({ type: 'asset', fileName: CARD, source: read('icons/' + CARD) })
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => [
        { tag: 'link', attrs: { rel: 'manifest', href: './' + MANIFEST }, injectTo: 'head' },
        ...links(bundle ?? {}),
      ],
    },
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const files = Object.keys(bundle)
        const named = (file: string) => {
          const reference = emitted.get(file)
          if (reference) return this.getFileName(reference)
          const stem = path.basename(file, path.extname(file))
          const found = files.find((name) => path.basename(name).startsWith(stem + '-'))
          return found ?? this.error(`${file} is not in the build`)
        }
        const page = bundle['index.html']
        if (page?.type !== 'asset') return this.error('index.html is not in the build')
        page.source = stylesLast(String(page.source))
        const kept = files.filter((name) => name.startsWith('assets/') && !SELDOM.test(name)).sort()
        this.emitFile({ type: 'asset', fileName: MANIFEST, source: manifest(named) })
        this.emitFile({ type: 'asset', fileName: WORKER, source: await worker(String(page.source), kept) })
      },
    },
  }
}
