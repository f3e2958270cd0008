import { expect, it } from 'vitest'
import { computed, nextTick, ref, shallowRef } from 'vue'
import type { Message } from '@/api/types'
import { useReplying } from '@/stores/replying'
import { line, me, room as made } from './fake'

function replying() {
  const lines = shallowRef<Message[]>([line('a', 1, { body: 'one' }), line('a', 2, { body: 'two' })])
  const room = ref(made('a', { me: me() }))
  return {
    lines,
    ...useReplying(
      computed(() => room.value),
      computed(() => lines.value),
      computed(() => ({})),
    ),
  }
}

it('still shows what is answered when other lines are shown', () => {
  const { reply, body, lines } = replying()
  reply.value = 1
  expect(body.value).toBe('one')
  lines.value = [line('a', 90, { body: 'ninety' })]
  expect([reply.value, body.value]).toEqual([1, 'one'])
  reply.value = 0
  expect(body.value).toBe('')
})

it('answers nothing that was taken back meanwhile', async () => {
  const { reply, body, lines } = replying()
  reply.value = 2
  lines.value = [line('a', 1), line('a', 2, { body: null, recalled: true })]
  await nextTick()
  expect([reply.value, body.value]).toEqual([0, ''])
})
