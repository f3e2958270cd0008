/** A line's reactions: what stands under it, and the line as it is once one's own wish is added to it. */
import { REACTIONS, type Message, type Reaction } from '@/api/types'

export interface Chip {
  name: Reaction
  count: number
  mine: boolean
}

type Reacted = Pick<Message, 'reactions' | 'reacted'>

/** In the order of the set. A name that is not in it is not shown. */
export function chips(message: Reacted): Chip[] {
  const own = message.reacted ?? []
  return REACTIONS.map((name) => ({
    name,
    count: message.reactions?.[name] ?? 0,
    mine: own.includes(name),
  })).filter((chip) => chip.count > 0)
}

/** One reaction came or went; `count` stands after it, `own` says whether it is one's own. */
export function reacted(message: Message, name: Reaction, on: boolean, count: number, own: boolean): Message {
  const others = (message.reacted ?? []).filter((other) => other !== name)
  const mine = own ? (on ? [...others, name] : others) : message.reacted
  return { ...message, reactions: { ...message.reactions, [name]: Math.max(0, count) }, reacted: mine }
}

/** One's own, before the service has said how many there are; the line itself when nothing changes. */
export function wished(message: Message, name: Reaction, on: boolean): Message {
  if ((message.reacted ?? []).includes(name) === on) return message
  return reacted(message, name, on, (message.reactions?.[name] ?? 0) + (on ? 1 : -1), true)
}
