/*
 * What keeps somebody out of a page: what axe-core finds, what a narrow screen or one of 200 % cuts off, what is too small for a
 * finger.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
export const WIDE = { width: 1280, height: 800 }
export const PHONE = { width: 390, height: 844 }
const NARROW = { width: 320, height: 640 }
/** What a wide screen has left for a page that its reader has made twice as large. */
const DOUBLED = { width: WIDE.width / 2, height: WIDE.height / 2 }

/** What axe finds on the page as it is: its rule, and where. */
const findings = (page) =>
  page.evaluate(async (tags) => {
    const { violations, passes } = await window.axe.run(document, {
      runOnly: tags,
      resultTypes: ['violations'],
    })
    if (!passes.length) return ['axe has looked at nothing']
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    )
  }, RULES)

/** What stands out over the right edge, as far as nobody can scroll to it. */
const cut = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1)
      .map((element) => 'cut off: ' + element.outerHTML.slice(0, 160))
  })

/**
 * What can be pressed and is hit by a finger in less than 44 pixels to either side, by whatever answers there for it. Left out
 * are links in running text, what lies under something else, and what its box has scrolled away in part.
 */
const small = (page) =>
  page.evaluate(() => {
    const ROLES = ['button', 'link', 'radio', 'tab', 'switch', 'checkbox', 'slider']
    const pressed = ['a[href]', 'input', 'textarea', ...ROLES.map((role) => `[role=${role}]`)].join()
    const LEAST = 44
    const inText = (one) => one.matches('a') && /\S/.test(one.previousSibling?.textContent ?? '')
    const clipped = (one, { top, bottom }) => {
      for (let around = one.parentElement; around; around = around.parentElement) {
        const edge = around.getBoundingClientRect()
        const clips = getComputedStyle(around).overflowY !== 'visible'
        if (clips && (top < edge.top || bottom > edge.bottom)) return true
      }
      return top < 0 || bottom > innerHeight
    }
    const reach = (one, x, y, dx, dy) => {
      let n = 0
      while (n < LEAST && one.contains(document.elementFromPoint(x + dx * (n + 1), y + dy * (n + 1)))) n++
      return n
    }
    return [...document.querySelectorAll(pressed)].flatMap((one) => {
      if (!one.checkVisibility({ visibilityProperty: true }) || inText(one)) return []
      one.scrollIntoView({ block: 'center' })
      const box = one.getBoundingClientRect()
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
      if (clipped(one, box) || !one.contains(document.elementFromPoint(x, y))) return []
      const width = reach(one, x, y, -1, 0) + 1 + reach(one, x, y, 1, 0)
      const height = reach(one, x, y, 0, -1) + 1 + reach(one, x, y, 0, 1)
      if (width >= LEAST && height >= LEAST) return []
      return `hit in ${width} × ${height}: ${one.getAttribute('aria-label') ?? one.innerText} ${one.outerHTML.slice(0, 100)}`
    })
  })

/** Words that lie over others, and words that their box cuts off where it does not say so by dots. */
const crowded = (page) =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll('uni-text')].filter(
      (one) =>
        one.checkVisibility({ visibilityProperty: true }) &&
        !one.matches('.hidden-text') &&
        one.innerText.trim(),
    )
    const lines = shown.flatMap((one) => {
      const range = document.createRange()
      range.selectNodeContents(one)
      return [...range.getClientRects()]
        .filter(({ left, top }) => one.contains(document.elementFromPoint(left + 1, top + 1)))
        .map((box) => ({ one, box }))
    })
    const over = (a, b) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
    const piled = lines.flatMap(({ one, box }, i) =>
      lines
        .slice(i + 1)
        .filter((other) => other.one !== one && over(box, other.box))
        .map((other) => `over each other: ${one.innerText} | ${other.one.innerText}`),
    )
    const cut = shown.flatMap((one) => {
      const { overflowX, overflowY, textOverflow } = getComputedStyle(one)
      const lost =
        (overflowX === 'hidden' && textOverflow !== 'ellipsis' && one.scrollWidth > one.clientWidth + 1) ||
        (overflowY === 'hidden' && textOverflow !== 'ellipsis' && one.scrollHeight > one.clientHeight + 1)
      return lost ? `cut off: ${one.innerText}` : []
    })
    return [...new Set([...piled, ...cut])]
  })

/** Once all is where it goes and has its colour. */
const settle = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    await frame()
    await frame()
    const ending = (animation) => Number.isFinite(animation.effect.getComputedTiming().endTime)
    await Promise.allSettled(
      document
        .getAnimations()
        .filter(ending)
        .map((animation) => animation.finished),
    )
    await frame()
  })

/**
 * Nothing is found on the page in front, nothing is cut off on a narrow screen nor at 200 %, and on a phone all that can be
 * pressed is large enough for a finger.
 */
export async function fit(page, name) {
  const found = []
  const before = page.viewportSize()
  const look = async (size, ...looks) => {
    await page.setViewportSize(size)
    await settle(page)
    for (const each of looks)
      for (const finding of await each(page)) found.push(`${name} at ${size.width}: ${finding}`)
  }
  await look(before, findings)
  await look(PHONE, small)
  await look(NARROW, cut)
  await look(DOUBLED, cut, crowded)
  await page.setViewportSize(before)
  assert.deepEqual(found, [])
}
