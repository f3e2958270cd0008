// Every page by axe-core, in both themes and languages, and at 320 pixels: nothing that keeps somebody out, nothing cut off.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  form,
  guest,
  guestButton,
  journey,
  line,
  meet,
  panel,
  person,
  say,
  search,
  start,
  stop,
  tab,
  wait,
} from '../support/browser.mjs'
import { Person, unique, until } from '../support/client.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const WIDE = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }
const GROUND = { light: 'rgb(243, 239, 230)', dark: 'rgb(13, 27, 31)' }
const NARROW = { width: 320, height: 640 }
/** What a wide screen has left for a page that its reader has made twice as large. */
const DOUBLED = { width: WIDE.width / 2, height: WIDE.height / 2 }

const journeyStep = journey()
let chromium, zh, en

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
async function fit(page, name) {
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

const each = async (action) => {
  await action(zh, 'zh')
  await action(en, 'en')
}
async function go(page, path) {
  await page.goto(`${page.base}/#/pages/${path}`)
  await page.getByRole('heading', { level: 1 }).filter({ visible: true }).last().waitFor(wait)
  await page.waitForLoadState('networkidle')
}

before(async () => {
  chromium = await browser()
})
after(() => chromium?.close())

/** Two people who have just come, in a browser that is light or dark. */
async function come(colorScheme) {
  const look = { colorScheme, reducedMotion: 'reduce' }
  zh = await person(chromium, { locale: 'zh-CN', viewport: PHONE, ...look })
  en = await person(chromium, { locale: 'en-GB', viewport: WIDE, ...look })
  for (const page of [zh, en]) {
    await page.addInitScript(axe)
    await page.reload()
  }
}

for (const theme of ['light', 'dark']) {
  const step = (name, action) => journeyStep(`${theme}: ${name}`, action)

  step('two people come', () => come(theme))

  step('entry, and the errors of its form', () =>
    each(async (page, tag) => {
      await guestButton(page).waitFor(wait)
      await fit(page, `entry ${tag}`)
      await form(page, 'register', 'x', 'y', 'z')
      await page.getByRole('alert').nth(2).waitFor(wait)
      await fit(page, `register ${tag}`)
    }),
  )

  step('what is said about privacy, and the terms', () =>
    each(async (page, tag) => {
      for (const name of ['privacy', 'terms']) {
        await page.goto(`${page.base}/${name}`)
        await fit(page, `${name} ${tag}`)
      }
      await page.goto(page.base)
    }),
  )

  step('matching', () =>
    each(async (page, tag) => {
      await guest(page)
      await fit(page, `match ${tag}`)
      await search(page, unique('t'))
      await stop(page).waitFor(wait)
      await fit(page, `waiting ${tag}`)
      await stop(page).click()
      await start(page).waitFor(wait)
    }),
  )

  step('a chat, its menu and what lies beside it', async () => {
    await meet(zh, en)
    await say(en, 'hello')
    await say(zh, 'hi')
    for (const page of [zh, en]) await line(page, 'hi').waitFor(wait)
    await each((page, tag) => fit(page, `chat ${tag}`))
    await line(zh, 'hello').click()
    await line(en, 'hi').click()
    await each((page, tag) => fit(page, `menu ${tag}`))
    for (const page of [zh, en]) await panel(page)
    await each((page, tag) => fit(page, `panel ${tag}`))
  })

  step('the square, a room and its form', async () => {
    const owner = await Person.guest()
    const topic = unique('topic ')
    const { body } = await owner.post('/rooms', { topic, tags: ['music'] })
    const share = await owner.post(`/rooms/${body.id}/share`)
    for (const path of ['square/square', `room/room?room=${body.id}`, 'room-form/room-form'])
      await each(async (page, tag) => {
        await go(page, path)
        await fit(page, `${path} ${tag}`)
      })
    await each(async (page, tag) => {
      await go(page, `share/share?code=${share.body.code}`)
      await page.getByText(topic).first().waitFor(wait)
      await fit(page, `share ${tag}`)
      await button(page, tag === 'en' ? 'Join' : '加入').click()
      await composer(page).waitFor(wait)
      await fit(page, `group ${tag}`)
      await panel(page)
      await fit(page, `group's panel ${tag}`)
    })
  })

  for (const path of ['conversations', 'me', 'blocks', 'data', 'reports', 'warnings'])
    step(path, () =>
      each(async (page, tag) => {
        await go(page, `${path}/${path}`)
        await fit(page, `${path} ${tag}`)
      }),
    )

  step('light or dark by choice: at once, in the other tab, and for good', async () => {
    const other = theme === 'light' ? 'Dark' : 'Light'
    const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const turned = (page, to) =>
      until(
        async () => (await ground(page)) === GROUND[to],
        () => `the ground is not ${to}`,
        wait.timeout,
      )
    await go(en, 'me/me')
    const second = await tab(en.context(), en.base + '/#/pages/me/me')
    await turned(en, theme)
    await en.getByRole('radio', { name: other }).click()
    for (const page of [en, second]) {
      await turned(page, other.toLowerCase())
      await page.getByRole('radio', { name: other, checked: true }).waitFor(wait)
    }
    await en.reload()
    await turned(en, other.toLowerCase())
    await en.getByRole('radio', { name: 'System' }).click()
    for (const page of [en, second]) await turned(page, theme)
    calm(second)
    await second.close()
  })

  step('nothing was refused, failed or fetched from elsewhere', () => calm(zh, en))
}
