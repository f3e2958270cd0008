/** What was asked for in a room and waits for a yes. */
import { ref } from 'vue'
import type { Ask } from '@/components/asks'
import { useAttempt } from '@/lib/attempt'
import { roomActs } from './roomacts'
import { rooms } from './rooms'

/** `done` hears what went well. */
export function useAsking(id: () => string, done: (ask: Ask) => void) {
  const ask = ref<Ask | null>(null)
  const { busy, thrown, failure, attempt } = useAttempt<'act'>()

  function run({ what, member = '' }: Ask): Promise<void> {
    if (what === 'kick') return roomActs.kick(id(), member)
    if (what === 'promote') return roomActs.promote(id(), member)
    if (what === 'close') return roomActs.close(id())
    if (what === 'block') return roomActs.block(id(), rooms.get(id())?.peer?.member ?? '')
    return rooms.leave(id())
  }

  async function confirm(): Promise<void> {
    const asked = ask.value
    if (!asked) return
    if (!(await attempt('act', () => run(asked)))) return
    ask.value = null
    done(asked)
  }

  function cancel(): void {
    ask.value = null
    thrown.value = null
  }

  return { ask, busy, failure, confirm, cancel }
}
