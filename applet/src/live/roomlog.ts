/** The lines of one room: in the order of seq, each once, without a hole. */
import type { Message, Reaction, Reactions } from '@/api/types'
import { takenBack } from '@/lib/takenback'

export const KEPT_LINES = 100

export class RoomLog {
  lines: Message[] = []
  /** Nothing is older than the first line. */
  complete = false
  /** Nothing is, since older lines are no longer kept. */
  past = false
  /** The newest page was read, so `last` is what a sync may start from. */
  loaded = false
  private held = new Map<number, Message>()
  /** The first seq that is kept, as far as one was told. */
  private kept = 1

  constructor(readonly room: string) {}

  /** The newest seq up to which nothing is missing that can be had; 0 for a room without lines. */
  get last(): number {
    return this.lines.length ? this.lines[this.lines.length - 1].seq : this.kept - 1
  }

  get first(): number {
    return this.lines.length ? this.lines[0].seq : 0
  }

  /** Lines came that do not follow the last one: those between must be fetched. */
  get gap(): boolean {
    return this.held.size > 0
  }

  find(seq: number): Message | undefined {
    return this.lines.find((m) => m.seq === seq)
  }

  /** One line on its own, from a frame or the answer to a send. Answers the lines that became visible. */
  add(message: Message): Message[] {
    if (message.room !== this.room || !(message.seq > 0)) return []
    if (message.seq <= this.last) {
      const { reactions, reacted } = this.find(message.seq) ?? {}
      this.replace({ reactions, reacted, ...message })
      return []
    }
    if (message.seq !== this.last + 1) {
      this.held.set(message.seq, message)
      return []
    }
    this.lines.push(message)
    return [message, ...this.drain()]
  }

  /**
   * What the service says follows `after`: its word is whole, so a jump in seq is no hole (a stay ended and another began).
   * Answers the lines that became visible.
   */
  follow(after: number, page: Message[]): Message[] {
    if (after > this.last && this.lines.length) return []
    const fresh = ordered(page, this.room).filter((m) => m.seq > this.last)
    for (const old of page) if (old.seq <= this.last) this.replace(old)
    this.lines.push(...fresh)
    return [...fresh, ...this.drain()]
  }

  /** Lines before `first` are no longer kept, here neither; of them some were still to come. */
  forget(first: number): void {
    this.lines = this.lines.filter((message) => message.seq >= first)
    this.kept = Math.max(this.kept, first)
    this.complete = this.past = true
  }

  /** The newest page of a room of which nothing is known; with lines already there, only what follows them. */
  newest(page: Message[], more: boolean, past = false): Message[] {
    const items = ordered(page, this.room)
    const joins = this.lines.length && items.length && items[0].seq <= this.last + 1
    if (this.lines.length && items.length && !joins) this.lines = []
    this.loaded = true
    if (!this.lines.length) this.complete = !more
    if (past) this.forget(items[0]?.seq ?? this.last + 1)
    const fresh = this.follow(this.last, items)
    if (this.first === 1) this.complete = true
    return fresh
  }

  /** An older page, which ends right before the first line. */
  prepend(before: number, page: Message[], more: boolean, past = false): number {
    if (before !== this.first) return 0
    const older = ordered(page, this.room).filter((m) => m.seq < this.first)
    this.lines.unshift(...older)
    this.complete = !more || older.length === 0
    this.past = this.complete && past
    return older.length
  }

  recall(seq: number): boolean {
    const held = this.held.get(seq)
    if (held) this.held.set(seq, takenBack(held))
    const message = this.find(seq)
    if (!message || message.recalled) return false
    this.replace(takenBack(message))
    return true
  }

  /** How a line's reactions stand now. */
  reacted(seq: number, reactions: Reactions, reacted: Reaction[]): boolean {
    const message = this.find(seq)
    if (!message || message.recalled) return false
    this.replace({ ...message, reactions, reacted })
    return true
  }

  /** One reaction came or went: `count` stands after it, `own` says whether it was one's own. */
  react(seq: number, name: Reaction, on: boolean, count: number, own: boolean): boolean {
    const message = this.find(seq)
    if (!message) return false
    const reactions = { ...message.reactions, [name]: count }
    if (count <= 0) delete reactions[name]
    const others = (message.reacted ?? []).filter((other) => other !== name)
    const reacted = own ? (on ? [...others, name] : others) : (message.reacted ?? [])
    return this.reacted(seq, reactions, reacted)
  }

  /** Shows what is held back although something before it cannot be had. */
  giveUp(): Message[] {
    const rest = [...this.held.values()].sort((a, b) => a.seq - b.seq).filter((m) => m.seq > this.last)
    this.held.clear()
    this.lines.push(...rest)
    return rest
  }

  /** What is kept locally: the newest lines. */
  snapshot(): Message[] {
    return this.lines.slice(-KEPT_LINES)
  }

  restore(lines: Message[]): void {
    if (!this.lines.length) this.lines = ordered(lines, this.room)
  }

  private drain(): Message[] {
    const fresh: Message[] = []
    for (let next = this.held.get(this.last + 1); next; next = this.held.get(this.last + 1)) {
      this.lines.push(next)
      fresh.push(next)
    }
    for (const seq of this.held.keys()) if (seq <= this.last) this.held.delete(seq)
    return fresh
  }

  private replace(message: Message): void {
    const index = this.lines.findIndex((m) => m.seq === message.seq)
    // A recall is final: a late copy of the line does not bring its text back.
    if (index >= 0 && !this.lines[index].recalled) this.lines[index] = message
  }
}

function ordered(page: Message[], room: string): Message[] {
  const bySeq = new Map<number, Message>()
  for (const message of page) if (message.room === room && message.seq > 0) bySeq.set(message.seq, message)
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
