/**
 * Lines far from the newest ones: the page around a line that somebody was led to, and what follows it on either side,
 * until it meets the lines that the live layer holds.
 */
import type { Message, Page } from '@/api/types'

export interface FarPages {
  around(room: string, seq: number): Promise<Page<Message>>
  before(room: string, seq: number): Promise<Page<Message>>
  after(room: string, seq: number): Promise<Page<Message>>
}

export class FarView {
  lines: Message[] = []
  /** Nothing is older than the first line. */
  complete = false
  /** Nothing is, since older lines are no longer kept. */
  past = false
  /** Nothing lies between the last line and those of the live layer. */
  met = false

  constructor(
    readonly room: string,
    private pages: FarPages,
  ) {}

  /** Reads the page around a line; answers whether that line is there to be seen. */
  async open(seq: number, near: Message[]): Promise<boolean> {
    const page = await this.pages.around(this.room, seq)
    this.lines = page.items
    this.past = page.past_retention === true
    this.complete = this.past || page.items[0]?.seq === 1
    this.meet(near, page)
    return page.items.some((message) => message.seq === seq)
  }

  async older(): Promise<number> {
    if (this.complete || !this.lines.length) return 0
    const page = await this.pages.before(this.room, this.lines[0].seq)
    const items = page.items.filter((message) => message.seq < this.lines[0].seq)
    this.lines = [...items, ...this.lines]
    this.complete = !page.more || !items.length
    this.past = this.complete && page.past_retention === true
    return items.length
  }

  async newer(near: Message[]): Promise<number> {
    if (this.met || !this.lines.length) return 0
    const last = this.lines[this.lines.length - 1].seq
    const page = await this.pages.after(this.room, last)
    const items = page.items.filter((message) => message.seq > last)
    this.lines = [...this.lines, ...items]
    this.meet(near, page)
    return items.length
  }

  /** What is shown: with the live layer's lines behind, once there is nothing between. */
  view(near: Message[]): Message[] {
    if (!this.met) return this.lines
    const last = this.lines.length ? this.lines[this.lines.length - 1].seq : 0
    const known = new Map(near.map((message) => [message.seq, message]))
    const own = this.lines.map((message) => known.get(message.seq) ?? message)
    return [...own, ...near.filter((message) => message.seq > last)]
  }

  change(seq: number, by: (message: Message) => Message): void {
    this.lines = this.lines.map((message) => (message.seq === seq ? by(message) : message))
  }

  private meet(near: Message[], page: Page<Message>): void {
    const last = this.lines.length ? this.lines[this.lines.length - 1].seq : 0
    this.met = !page.more || (near.length > 0 && last >= near[0].seq - 1)
  }
}
