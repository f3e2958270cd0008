/*
 * Going about by the keyboard alone: nothing here clicks, moves a mouse or sets a focus. On the way each element that has
 * the keyboard has to be in sight, under nothing else, and to look different from when it has it not.
 */
import assert from 'node:assert/strict'
import { until } from './client.mjs'
import { wait } from './browser.mjs'

/**
 * What has the keyboard, by role and name as it would be read out. Says too what is wrong: with it, and with how the one
 * before it looked.
 */
const look = (page) =>
  page.evaluate(() => {
    const styleOf = (element) => {
      const around = [element, element.parentElement, element.parentElement?.parentElement]
      return around
        .map((each) => {
          if (!each) return ''
          const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(each)
          return [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor, boxShadow].join()
        })
        .join(';')
    }
    const on = document.activeElement
    const tag = on.tagName.toLowerCase()
    const role =
      on.getAttribute('role') ??
      { input: 'textbox', textarea: 'textbox', a: 'link', h1: 'heading' }[tag] ??
      tag
    const label = Array.from(on.labels?.[0]?.childNodes ?? []).find(({ nodeName }) => nodeName === '#text')
    const called = on.getAttribute('aria-label') ?? label?.data.trim() ?? on.innerText
    const name = tag === 'body' ? tag : `${role} ${called}`.trim()
    const wrong = []
    let hidden = ''
    const { last } = window.keyboard ?? {}
    if (last && last.on !== on && last.on.isConnected && styleOf(last.on) === last.style)
      wrong.push(`${last.name} looks the same with the keyboard and without`)
    // A heading is only told: nothing is done with it.
    const told = tag === 'body' || role === 'heading'
    if (!told) {
      const { left, top, width, height } = on.getBoundingClientRect()
      const x = left + width / 2
      const y = Math.max(top, 0) + (Math.min(top + height, innerHeight) - Math.max(top, 0)) / 2
      const hit = document.elementFromPoint(x, y)
      if (!hit || !(on.contains(hit) || hit.contains(on)))
        hidden = `${name} is out of sight, or under ${hit?.outerHTML.slice(0, 120)}`
    }
    window.keyboard = { last: told ? null : { on, name, style: styleOf(on) } }
    return { name, wrong, hidden, dialog: on.closest('[role=dialog]')?.getAttribute('aria-label') ?? '' }
  })

/** Hands on the keyboard of a page. */
export function keyboard(page) {
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  /** What comes up over a page takes the keyboard in a moment later. */
  const here = async () => {
    let now
    const inSight = async () => {
      now = await look(page)
      assert.deepEqual(now.wrong, [])
      return !now.hidden
    }
    await until(inSight, () => now.hidden, wait.timeout)
    return now
  }
  const focused = async () => (await here()).name
  const fits = (what, name) => (what instanceof RegExp ? what.test(name) : what === name)

  /** Goes on with Tab, or back, until this has the keyboard. */
  async function tabTo(what, key = 'Tab') {
    const passed = []
    for (let n = 0; n < 90; n++) {
      const now = await focused()
      if (fits(what, now)) return now
      passed.push(now)
      await press(key)
    }
    return assert.fail(`${what} is not reached: ${passed.join(', ')}`)
  }

  /** Waits until this has the keyboard by itself. */
  async function comesTo(what) {
    let now
    await until(
      async () => fits(what, (now = (await look(page)).name)),
      () => `${now} has the keyboard, and not ${what}`,
      wait.timeout,
    )
    await here()
  }

  async function enter(what) {
    await tabTo(what)
    await press('Enter')
  }

  /** Into a field, in the place of what it has. */
  async function write(what, text) {
    await tabTo(what)
    await press('Control+a')
    await page.keyboard.type(text)
  }

  /** A dialog has come up: the keyboard is in it, goes round in it, and does not get out. */
  async function inDialog(name) {
    await until(async () => fits(name, (await look(page)).dialog), `the keyboard in ${name}`, wait.timeout)
    const within = async () => fits(name, (await here()).dialog)
    for (const key of ['Tab', 'Shift+Tab']) {
      const first = await focused()
      for (let n = 0; n === 0 || (await focused()) !== first; n++) {
        assert.ok(n < 60, `${key} does not go round in ${name}`)
        await press(key)
        assert.ok(await within(), `${key} leads out of ${name}`)
      }
    }
  }

  /** Escape closes the dialog that is open, and the keyboard is back at what opened it. */
  async function escape(to) {
    await press('Escape')
    await comesTo(to)
  }

  return {
    press,
    type: (text) => page.keyboard.type(text),
    focused,
    tabTo,
    comesTo,
    enter,
    write,
    inDialog,
    escape,
  }
}
