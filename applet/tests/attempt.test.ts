import { expect, it } from 'vitest'
import { useAttempt } from '@/lib/attempt'

/** An action that ends when it is told to. */
function later() {
  let end: () => void = () => {}
  const action = () => new Promise<void>((resolve) => (end = resolve))
  return { action, end: () => end() }
}

it('takes one thing at a time', async () => {
  const { busy, attempt } = useAttempt<'send' | 'leave'>()
  const first = later()
  const sent = attempt('send', first.action)
  expect(await attempt('leave', () => Promise.resolve())).toBe(false)
  expect(busy.value).toBe('send')
  first.end()
  expect(await sent).toBe(true)
  expect(busy.value).toBe('')
})

it('lets people act while something is being loaded', async () => {
  const { busy, attempt } = useAttempt<'load' | 'send'>()
  const loading = later()
  const sending = later()
  const loaded = attempt('load', loading.action)
  const sent = attempt('send', sending.action)
  loading.end()
  expect(await loaded).toBe(true)
  expect(busy.value).toBe('send')
  sending.end()
  expect(await sent).toBe(true)
  expect(busy.value).toBe('')
})
