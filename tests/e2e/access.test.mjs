// Every page by axe-core, in both themes and languages, and at 320 pixels: nothing that keeps somebody out, nothing cut off.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { axe, fit, PHONE, WIDE } from '../support/access.mjs'
import {
  answer,
  browser,
  button,
  calm,
  closePanel,
  composer,
  form,
  guest,
  guestButton,
  journey,
  line,
  log,
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
import { png } from '../support/media.mjs'

const GROUND = { light: 'rgb(243, 239, 230)', dark: 'rgb(13, 27, 31)' }
const journeyStep = journey()
let chromium, zh, en

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

/** Refuses calls until what this returns is called. */
async function refuse(page, url) {
  await page.route(url, (route) =>
    route.fulfill({ status: 404, json: { error: { code: 'no_room', message: 'm' } } }),
  )
  return () => page.unroute(url)
}

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

  step('a search in the chat, a question, a line that was not sent, a picture in full', async () => {
    await each(async (page, tag) => {
      await button(await panel(page), tag === 'en' ? 'Search in this chat' : '搜索聊天记录').click()
      await page.getByLabel(tag === 'en' ? 'What was said' : '说过的话').fill('h')
      await page.keyboard.press('Enter')
      await page.getByRole('list', { name: tag === 'en' ? 'What was found' : '搜索结果' }).waitFor(wait)
      await fit(page, `search ${tag}`)
      await closePanel(page)
      const stop = await refuse(page, '**/api/v1/rooms/*/leave')
      await button(page, tag === 'en' ? 'Leave' : '离开').click()
      await page.getByRole('dialog').waitFor(wait)
      await fit(page, `question ${tag}`)
      await answer(page, tag === 'en' ? 'Leave' : '离开')
      await page.getByRole('dialog').getByRole('alert').waitFor(wait)
      await fit(page, `question that failed ${tag}`)
      await page.keyboard.press('Escape')
      await stop()
    })
    await each(async (page, tag) => {
      const stop = await refuse(page, '**/api/v1/rooms/*/messages')
      await say(page, 'not sent')
      await button(page, tag === 'en' ? 'Try again' : '重试').waitFor(wait)
      await fit(page, `not sent ${tag}`)
      await stop()
      await button(page, tag === 'en' ? 'Delete' : '删除').click()
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        button(page, tag === 'en' ? 'Add pictures' : '添加图片').click(),
      ])
      await chooser.setFiles([{ name: 'a.png', mimeType: 'image/png', buffer: await png(600, 400) }])
      await fit(page, `pictures to send ${tag}`)
      await button(page, tag === 'en' ? 'Send' : '发送').click()
      const picture = log(page).getByRole('button', {
        name: tag === 'en' ? /^Picture that you sent/ : /^你发的图片/,
      })
      await until(() => picture.isEnabled(), 'the picture is sent', wait.timeout)
      await picture.click()
      await page.getByRole('dialog').getByRole('img').last().waitFor(wait)
      await fit(page, `picture in full ${tag}`)
      await page.keyboard.press('Escape')
    })
  })

  step('what does not load', () =>
    each(async (page, tag) => {
      for (const [path, call] of [
        ['square/square', '**/api/v1/rooms?*'],
        ['reports/reports', '**/api/v1/reports*'],
      ]) {
        const stop = await refuse(page, call)
        await go(page, path)
        await page.getByRole('alert').filter({ visible: true }).first().waitFor(wait)
        await fit(page, `${path} that does not load ${tag}`)
        await stop()
      }
    }),
  )

  step('the square, a room and its form', async () => {
    const owner = await Person.guest()
    const topic = unique('topic ')
    const { body } = await owner.post('/rooms', { topic, tags: ['music', 'practice', 'cello', 'evenings'] })
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
