// Writing a line: keys, input methods, drafts, its growth and its limit, emoji, and the keyboard of a phone.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import {
  browser,
  button,
  calm,
  composer,
  guest,
  journey,
  line,
  log,
  meet,
  openRoom,
  person,
  say,
  shows,
  turnTo,
  wait,
} from '../support/browser.mjs'
import { unique, until } from '../support/client.mjs'

const step = journey()
let chromium, ann, bob
const said = []

const panel = (page) => page.getByRole('group', { name: 'Emoji', exact: true })
const emoji = (page, name) => panel(page).getByRole('option', { name, exact: true })
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label'))
const value = (page) => composer(page).inputValue()

async function sends(text) {
  said.push(text)
  await line(bob, text).waitFor(wait)
}

before(async () => {
  chromium = await browser()
  ann = await person(chromium)
  bob = await person(chromium)
  await guest(ann)
  await guest(bob)
  await meet(ann, bob)
})
after(() => chromium?.close())

step('Enter sends, Shift+Enter goes on below', async () => {
  await composer(ann).click()
  await ann.keyboard.type('one')
  await ann.keyboard.press('Shift+Enter')
  await ann.keyboard.type('two')
  assert.equal(await value(ann), 'one\ntwo')
  await ann.keyboard.press('Enter')
  said.push('one\ntwo')
  await shows(bob, said)
  assert.equal(await value(ann), '')
  await ann.keyboard.press('Enter')
  await say(ann, '   ')
  await say(ann, 'not empty')
  await sends('not empty')
  await shows(bob, said)
})

step('Enter chooses what an input method offers, and sends nothing', async () => {
  const devtools = await ann.context().newCDPSession(ann)
  const enter = (windowsVirtualKeyCode) =>
    devtools.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode,
    })
  await composer(ann).fill('')
  await composer(ann).click()
  for (const key of [229, 13]) {
    await devtools.send('Input.imeSetComposition', {
      text: 'ni hao',
      selectionStart: 6,
      selectionEnd: 6,
    })
    await until(async () => (await value(ann)) === 'ni hao')
    await enter(key)
    assert.equal(await value(ann), 'ni hao', 'what is composed stays')
    await devtools.send('Input.imeSetComposition', {
      text: '',
      selectionStart: 0,
      selectionEnd: 0,
    })
  }
  await devtools.send('Input.imeSetComposition', {
    text: 'ni hao',
    selectionStart: 6,
    selectionEnd: 6,
  })
  await enter(229)
  await devtools.send('Input.insertText', { text: '你好' })
  await until(async () => (await value(ann)) === '你好')
  await ann.keyboard.press('Enter')
  await sends('你好')
  await shows(bob, said)
})

step('a draft is there again after a reload, in its own room', async () => {
  await composer(ann).fill('half a line')
  await ann.reload()
  await composer(ann).waitFor(wait)
  assert.equal(await value(ann), 'half a line')
  const chat = ann.url()
  await button(ann, 'Back to chats').or(button(ann, 'Back')).first().click()
  await openRoom(ann, unique('Drafts '))
  assert.equal(await value(ann), '')
  await composer(ann).fill('another half')
  await ann.goto(chat)
  await until(async () => (await composer(ann).count()) === 1 && (await value(ann)) === 'half a line')
  await ann.keyboard.press('Escape')
  await composer(ann).press('Enter')
  await sends('half a line')
  await ann.reload()
  await composer(ann).waitFor(wait)
  assert.equal(await value(ann), '', 'what was sent is no draft')
})

step('it grows with its lines up to a bound, and scrolls from there', async () => {
  const box = () =>
    composer(ann).evaluate((field) => {
      const { paddingTop, paddingBottom } = getComputedStyle(field)
      return {
        height: field.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom),
        below: field.scrollHeight - field.clientHeight - field.scrollTop,
        top: field.scrollTop,
      }
    })
  await composer(ann).click()
  const { height: one } = await box()
  for (let i = 0; i < 2; i++) await ann.keyboard.press('Shift+Enter')
  assert.ok((await box()).height > 2.5 * one)
  for (let i = 0; i < 20; i++) await ann.keyboard.press('Shift+Enter')
  await ann.keyboard.type('the end')
  const grown = await box()
  assert.ok(grown.height > 4 * one && grown.height < 9 * one, `${grown.height} of ${one}`)
  assert.ok(grown.below < one, 'the line that is written is seen')
  await ann.keyboard.press('Control+Home')
  await ann.keyboard.type('x')
  assert.ok((await box()).top < one, 'the first line too, when one writes there')
  await composer(ann).fill('')
  assert.equal((await box()).height, one, 'it shrinks again')
})

step('how much room is left is told, and what is too long is not sent', async () => {
  await composer(ann).fill('x'.repeat(3700))
  assert.equal(await ann.getByText(/characters? left/).count(), 0)
  await composer(ann).fill('x'.repeat(3900))
  await ann.getByText('100 characters left', { exact: true }).waitFor(wait)
  await composer(ann).fill('😀'.repeat(3999))
  await ann.getByText('1 character left', { exact: true }).waitFor(wait)
  await composer(ann).fill('😀'.repeat(4001))
  await ann.getByRole('alert').getByText('A message can have 4000 characters.').waitFor(wait)
  assert.equal(await button(ann, 'Send').getAttribute('aria-disabled'), 'true')
  await ann.keyboard.press('Enter')
  assert.equal((await value(ann)).length, 8002, 'it is still there to be made shorter')
  // The most that one line may be, in the longest characters there are: the service takes it.
  const most = '😀'.repeat(4000)
  await composer(ann).fill(most)
  await ann.keyboard.press('Enter')
  said.push(most)
  await shows(bob, said)
})

step('an emoji goes where the caret is, and the panel stays', async () => {
  await composer(ann).fill('ab')
  await ann.keyboard.press('ArrowLeft')
  await button(ann, 'Emoji').click()
  await panel(ann).waitFor(wait)
  await emoji(ann, 'grinning').click()
  await emoji(ann, 'tears of joy').click()
  assert.equal(await value(ann), 'a😀😂b')
  // What is marked gives way to it.
  await composer(ann).fill('away')
  await composer(ann).selectText()
  await panel(ann).getByRole('tab', { name: 'Nature' }).click()
  await emoji(ann, 'penguin').click()
  assert.equal(await value(ann), '🐧')
  await button(ann, 'Send').click()
  await sends('🐧')
  assert.ok(await panel(ann).isVisible())
})

step('the panel lies under the composer, and covers neither it nor the last line', async () => {
  const box = async (target) => target.boundingBox()
  const field = await box(composer(ann))
  const under = await box(panel(ann))
  const newest = await box(line(ann, '🐧'))
  assert.ok(field.y + field.height <= under.y)
  assert.ok(newest.y + newest.height <= field.y)
  assert.ok(under.y + under.height <= 844 + 1)
  for (const target of [
    ...(await panel(ann).getByRole('option').all()).slice(0, 10),
    ...(await panel(ann).getByRole('tab').all()),
  ]) {
    const { width, height } = await box(target)
    assert.ok(width >= 44 && height >= 44, `${width} by ${height}`)
  }
  await button(ann, 'Close the emoji').click()
  await panel(ann).waitFor({ ...wait, state: 'detached' })
})

step('the keyboard goes through the emoji, and comes back to where it was', async () => {
  await composer(ann).fill('x')
  await button(ann, 'Emoji').focus()
  await ann.keyboard.press('Enter')
  await panel(ann).waitFor(wait)
  // Those used before come first, the last one foremost.
  await until(async () => (await ann.evaluate(() => document.activeElement.textContent.trim())) === 'Recent')
  assert.deepEqual(await panel(ann).getByRole('option').allInnerTexts(), ['🐧', '😂', '😀'])
  await ann.keyboard.press('ArrowRight')
  await emoji(ann, 'grinning').waitFor(wait)
  await ann.keyboard.press('Tab')
  assert.equal(await focused(ann), 'grinning')
  await ann.keyboard.press('ArrowRight')
  assert.equal(await focused(ann), 'beaming smile')
  const rows = await panel(ann)
    .getByRole('option')
    .evaluateAll((all) => all.filter((one) => one.offsetTop === all[0].offsetTop).length)
  const names = await panel(ann)
    .getByRole('option')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  await ann.keyboard.press('ArrowDown')
  assert.equal(await focused(ann), names[1 + rows])
  await ann.keyboard.press('ArrowUp')
  await ann.keyboard.press('ArrowUp')
  assert.equal(await focused(ann), 'beaming smile')
  await ann.keyboard.press('End')
  assert.equal(await focused(ann), names.at(-1))
  await ann.keyboard.press('Home')
  await ann.keyboard.press('ArrowLeft')
  assert.equal(await focused(ann), 'grinning')
  await ann.keyboard.press('Enter')
  assert.equal(await value(ann), 'x😀')
  assert.equal(await focused(ann), 'grinning', 'one can go on choosing')
  assert.equal(await panel(ann).locator('[role=option][tabindex="0"]').count(), 1, 'one stop for Tab')
  await ann.keyboard.press('Escape')
  await panel(ann).waitFor({ ...wait, state: 'detached' })
  assert.equal(await focused(ann), 'Emoji')
})

step('an emoji is found by its name, in the language of the page', async () => {
  await button(ann, 'Emoji').click()
  await panel(ann).getByLabel('Find an emoji').fill('otter')
  assert.deepEqual(await panel(ann).getByRole('option').allInnerTexts(), ['🦦'])
  await panel(ann).getByLabel('Find an emoji').fill('nothing like it')
  await panel(ann).getByText('None is called that.').waitFor(wait)
  await panel(ann).getByLabel('Find an emoji').fill('水獭')
  await emoji(ann, 'otter').click()
  assert.equal(await value(ann), 'x😀🦦')
  // Writing goes on beside it, and Escape there closes it too.
  await composer(ann).click()
  await ann.keyboard.type('!')
  await ann.keyboard.press('Escape')
  await panel(ann).waitFor({ ...wait, state: 'detached' })
  assert.equal(await focused(ann), 'Write a message')
  await composer(ann).fill('')
})

step('where fingers write, the panel and the keyboard take turns', async () => {
  const page = await person(chromium, {
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
  })
  await guest(page)
  await openRoom(page, unique('触屏 '))
  await composer(page).tap()
  await button(page, '表情').tap()
  const group = page.getByRole('group', { name: '表情', exact: true })
  await group.waitFor(wait)
  await until(async () => (await focused(page)) !== '写点什么')
  await group.getByRole('option', { name: '笑哭' }).tap()
  assert.equal(await value(page), '😂')
  assert.notEqual(await focused(page), '写点什么', 'no keyboard comes over it')
  await button(page, '发送').tap()
  await line(page, '😂').waitFor(wait)
  assert.ok(await group.isVisible())
  await composer(page).tap()
  await group.waitFor({ ...wait, state: 'detached' })
  assert.equal(await focused(page), '写点什么')
  // A keyboard that lies over the page leaves so much of it to see, and one that makes it smaller does the same.
  const bottom = async () => {
    const { y, height } = await composer(page).boundingBox()
    return y + height
  }
  await page.evaluate(() => {
    Object.defineProperty(window.visualViewport, 'height', {
      value: 500,
      configurable: true,
    })
    window.visualViewport.dispatchEvent(new Event('resize'))
  })
  await until(async () => (await bottom()) <= 500)
  assert.ok((await bottom()) > 420)
  await page.evaluate(() => {
    delete window.visualViewport.height
    window.visualViewport.dispatchEvent(new Event('resize'))
  })
  await until(async () => (await bottom()) > 700)
  await page.setViewportSize({ width: 390, height: 480 })
  await until(async () => (await bottom()) <= 480)
  assert.match(
    await page.locator('meta[name=viewport]').getAttribute('content'),
    /interactive-widget=resizes-content/,
  )
  calm(page)
  await page.close()
})

step('a picture is pasted and dropped, a text is pasted as text', async () => {
  const give = (how, data) =>
    ann.evaluate(
      async ([kind, text]) => {
        const transfer = new DataTransfer()
        if (text) transfer.setData('text/plain', text)
        else {
          const canvas = Object.assign(document.createElement('canvas'), {
            width: 40,
            height: 40,
          })
          const blob = await new Promise((done) => canvas.toBlob(done))
          transfer.items.add(new File([blob], 'a.png', { type: 'image/png' }))
        }
        const options = { bubbles: true, cancelable: true }
        const field = document.querySelector('.composer textarea')
        field.focus()
        if (kind === 'paste')
          return field.dispatchEvent(
            new ClipboardEvent('paste', {
              ...options,
              clipboardData: transfer,
            }),
          )
        return field.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: transfer }))
      },
      [how, data],
    )
  const tray = ann.getByRole('list', { name: 'Pictures to send' })
  assert.equal(await give('paste', 'words'), true, 'left to the browser')
  for (const [n, how] of ['paste', 'drop'].entries()) {
    assert.equal(await give(how), false, 'taken')
    await until(async () => (await tray.getByRole('listitem').count()) === n + 1)
  }
  await button(ann, 'Send').click()
  await until(
    async () =>
      (await log(bob).locator('img[alt^="Picture from"], [aria-label^="Picture from"]').count()) >= 2,
  )
})

step('nothing went wrong on the way', async () => {
  await turnTo(bob, 'Chats').catch(() => undefined)
  calm(ann, bob)
})
