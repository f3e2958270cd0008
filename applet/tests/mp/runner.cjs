/**
 * One applet in one process: the built bundle, rendered by WeChat's own template compiler under jsdom. It does what its
 * parent (driver.cjs) says: { id, do, … } comes in, { id, result | error } goes back. Layout is not part of it.
 */
const fs = require('node:fs')
const path = require('node:path')
const { JSDOM } = require('jsdom')
const { makeWx } = require('./wx.cjs')

const { root, storageFile, agreed } = JSON.parse(process.argv[2])
const dom = new JSDOM('<!doctype html><html><body></body></html>', { pretendToBeVisual: true })
const GLOBALS = ['window', 'document', 'Node', 'HTMLElement', 'Event', 'CustomEvent', 'Touch', 'TouchEvent']
for (const name of [...GLOBALS, 'MutationObserver', 'DOMParser', 'navigator']) {
  try {
    Object.defineProperty(global, name, { value: dom.window[name], configurable: true, writable: true })
  } catch {
    // Read-only in this Node, and then of Node's own making.
  }
}

let app = null
let stack = []
const events = []
global.App = (options) => (app = options)
global.Page = () => undefined
global.getApp = () => app
global.getCurrentPages = () => stack.map((page) => page.instance)

const stored = fs.existsSync(storageFile) ? JSON.parse(fs.readFileSync(storageFile, 'utf8')) : []
const storage = new Map(stored)
/** What somebody would choose or say: files that the test names. */
const chosen = {}
const outside = makeWx({
  chosen,
  privacy: {
    checked: JSON.parse(fs.readFileSync(path.join(root, 'app.json'), 'utf8')).__usePrivacyCheck__ === true,
    agreed,
  },
  storage,
  saved: () => fs.writeFileSync(storageFile, JSON.stringify([...storage])),
  navigate,
  onEvent: (name, value) => events.push({ name, value }),
})
global.wx = outside.wx
// WeChat has neither of these, and what leans on them would break there alone.
delete global.fetch
delete global.localStorage
const simulate = require('miniprogram-simulate')
const exparser = require('miniprogram-exparser')

function open(url) {
  const [route, query] = url.replace(/^\//, '').split('?')
  // 'simulate', the other compiler, binds no events.
  const id = simulate.load(path.join(root, route), route.replace(/\//g, '-'), {
    rootPath: root,
    compiler: 'official',
  })
  const page = simulate.render(id)
  const element = document.createElement('div')
  document.body.appendChild(element)
  page.attach(element)
  const { instance } = page
  instance.route = route
  // WeChat hands the query over as it stands, without decoding it.
  const options = Object.fromEntries(
    (query || '')
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split('=')),
  )
  instance.options = options
  stack.push({ page, instance, element })
  instance.onLoad?.(options)
  instance.onShow?.()
  instance.onReady?.()
}

function close(entry) {
  entry.instance.onUnload?.()
  entry.page.detach()
  entry.element.remove()
}

function navigate(how, o) {
  const top = stack[stack.length - 1]
  if (how === 'navigateBack') {
    if (stack.length < 2) return
    close(stack.pop())
    stack[stack.length - 1].instance.onShow?.()
  } else if (how === 'navigateTo') {
    top?.instance.onHide?.()
    open(o.url)
  } else if (how === 'redirectTo') {
    close(stack.pop())
    open(o.url)
  } else {
    const old = stack
    stack = []
    for (const entry of old.reverse()) close(entry)
    open(o.url)
  }
}

/** Every element of a page, in the order of the tree, with what is inside components. */
function elements(node, found = []) {
  if (!(node instanceof exparser.Element)) return found
  found.push(node)
  if (node instanceof exparser.Component && node.shadowRoot instanceof exparser.Element)
    elements(node.shadowRoot, found)
  else node.childNodes.forEach((child) => elements(child, found))
  if (node instanceof exparser.Component) node.childNodes.forEach((child) => elements(child, found))
  return found
}

/** The compiler knows attributes by their names in camel case. */
function attribute(node, name) {
  const camel = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())
  return (node._vt?.attrs || []).find((attr) => attr.name === name || attr.name === camel)?.value
}

const current = () => stack[stack.length - 1]
const words = (node) => (node.$$?.textContent || '').replace(/\s+/g, ' ').trim()

const nothing = (name) =>
  new Error(`no "${name}" on ${current().instance.route}: ${words(current().page._exparserNode)}`)

/** The element that is called so: by its label or else by its text; the innermost of several, the last of equals. */
function named(name) {
  const all = elements(current().page._exparserNode)
  const byLabel = all.filter((node) => attribute(node, 'aria-label') === name)
  const found = byLabel.length ? byLabel : all.filter((node) => words(node) === name)
  if (!found.length) throw nothing(name)
  return found[found.length - 1]
}

function field(name) {
  const isField = (node) => /(input|textarea)$/.test(node._vt?.tagName || '')
  const all = elements(current().page._exparserNode).filter(isField)
  const found = all.find((node) => attribute(node, 'aria-label') === name)
  if (!found) throw nothing(name)
  return found
}

function fire(node, name, detail = {}) {
  const event = exparser.Event.create(name, detail, { bubbles: true, capturePhase: true, composed: true })
  exparser.Event.dispatchEvent(node, event)
}

const commands = {
  open: ({ url }) => navigate('reLaunch', { url }),
  tap: ({ name }) => {
    const node = named(name)
    if (attribute(node, 'disabled')) throw new Error(`"${name}" is disabled`)
    outside.tapping(() => fire(node, 'tap'))
    const kind = attribute(node, 'open-type')
    if (kind === 'agreePrivacyAuthorization') {
      outside.agreeing(attribute(node, 'id'))
      fire(node, 'agreeprivacyauthorization')
    } else if (kind === 'chooseAvatar') {
      const choose = () => chosen.avatar && fire(node, 'chooseavatar', { avatarUrl: chosen.avatar })
      outside.whenAgreed('button.chooseAvatar', choose, () => undefined)
    }
  },
  /** Enters a field. Where WeChat offers a nickname, and one is chosen, it stands there when the field is left. */
  enter: ({ name }) => {
    const node = field(name)
    fire(node, 'focus')
    if (attribute(node, 'type') !== 'nickname') return
    const pick = () => chosen.nickname && fire(node, 'blur', { value: chosen.nickname })
    outside.whenAgreed('input.nickname', pick, () => undefined)
  },
  /** Any other event of an element. */
  fire: ({ name, event, detail }) => fire(named(name), event, detail),
  chosen: ({ files }) => void Object.assign(chosen, files),
  input: ({ name, value }) => fire(field(name), 'input', { value }),
  confirm: ({ name, value }) => fire(field(name), 'confirm', { value }),
  tree: () =>
    elements(current().page._exparserNode)
      .filter((node) => node._vt?.tagName)
      .map((node) => `${node._vt.tagName} ${JSON.stringify(node._vt.attrs)} ${words(node).slice(0, 40)}`),
  /** What WeChat would pass on from the page in front. */
  share: () => current().instance.onShareAppMessage?.({ from: 'menu' }),
  text: () => words(current().page._exparserNode),
  route: () => current().instance.route,
  storage: () => [...storage],
  events: () => events,
  seen: () => ({ ...outside.seen, sockets: outside.sockets() }),
  /** WeChat tells the page in front, then the applet; and the other way round when it comes back. */
  hide() {
    current().instance.onHide?.()
    app.onHide?.()
    outside.hide()
  },
  show() {
    outside.show()
    app.onShow?.({ path: '', query: {}, scene: 1001 })
    current().instance.onShow?.()
  },
  online: ({ now }) => outside.setOnline(now),
}

process.on('message', async ({ id, do: what, ...rest }) => {
  try {
    process.send({ id, result: await commands[what](rest) })
  } catch (error) {
    process.send({ id, error: error.message })
  }
})
process.on('disconnect', () => process.exit(0))
process.on('unhandledRejection', (error) => {
  events.push({ name: 'unhandled', value: String(error && error.stack) })
})

require(path.join(root, 'app.js'))
app.onLaunch?.({ path: '', query: {}, scene: 1001 })
app.onShow?.({ path: '', query: {}, scene: 1001 })
open('/pages/entry/entry')
process.send({ ready: true })
