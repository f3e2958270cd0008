/** What one does to a room and its people, and what of it shows before a frame says it. */
import { blocks } from '@/api/blocks'
import { rooms as api } from '@/api/rooms'
import type { Room } from '@/api/types'
import { rooms } from './rooms'

function ended(id: string, by: 'me', reason: 'left' | 'closed'): void {
  if (!rooms.get(id)?.ended) rooms.merge(id, { ended: { at: new Date().toISOString(), by, reason } })
}

function hide(room: Room, member: string, on: boolean): void {
  if (!room.me) return
  const others = room.me.blocked.filter((other) => other !== member)
  rooms.merge(room.id, { me: { ...room.me, blocked: on ? [...others, member] : others } })
}

export const roomActs = {
  async reveal(id: string, on: boolean): Promise<void> {
    rooms.put(await api.reveal(id, on))
  },

  async keep(id: string, on: boolean): Promise<void> {
    rooms.put(await api.keep(id, on))
  },

  async slow(id: string, slow_mode: number): Promise<void> {
    rooms.put(await api.update(id, { slow_mode }))
  },

  async close(id: string): Promise<void> {
    await api.close(id)
    ended(id, 'me', 'closed')
  },

  /** In a private chat it ends the chat, in a group it hides that mask's lines. */
  async block(id: string, member: string): Promise<void> {
    await blocks.add(id, member)
    const room = rooms.get(id)
    if (room?.kind === 'private') ended(id, 'me', 'left')
    else if (room) hide(room, member, true)
  },

  async unblock(id: string, member: string): Promise<void> {
    await blocks.remove(id, member)
    const room = rooms.get(id)
    if (room) hide(room, member, false)
  },

  kick: (id: string, member: string): Promise<void> => api.kick(id, member),
  mute: (id: string, member: string, minutes: number): Promise<void> => api.mute(id, member, minutes),

  /** Hands the room over: one is an ordinary member then. */
  async promote(id: string, member: string): Promise<void> {
    await api.promote(id, member)
    const me = rooms.get(id)?.me
    if (me) rooms.merge(id, { me: { ...me, role: 'member' } })
  },
}
