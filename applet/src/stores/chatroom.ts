/** One room as its page sees it: rows, pending lines, loading, reading, typing, reactions, and lines far back. */
import { computed, onUnmounted, ref, shallowRef, triggerRef, watch } from 'vue'
import { asApiError } from '@/api/error'
import { messages as messagesApi } from '@/api/messages'
import { rooms as roomsApi } from '@/api/rooms'
import type { Frame, Message, Reaction } from '@/api/types'
import { live, type LiveEvent, type MediaDraft, type Pending } from '@/live'
import { chatRows, linesAfter, type Row } from '@/lib/chatlines'
import { FarView } from '@/lib/farview'
import { ownMedia } from '@/lib/ownmedia'
import { QuoteBook } from '@/lib/quotes'
import { reacted, wished } from '@/lib/reactions'
import { reused } from '@/lib/reuse'
import { spaced } from '@/lib/spaced'
import { slowUntil } from '@/lib/standing'
import { takenBack } from '@/lib/takenback'
import { parseTime } from '@/lib/time'
import { drafts } from './drafts'
import { rooms } from './rooms'

/** A partner's "is typing" lasts five seconds; saying it every three keeps it lit. */
const TYPING_EVERY = 3000
/** The service signs no typing in rooms that are larger. */
const TYPING_UP_TO = 50
/** Milliseconds between two looks at lines that keep coming. */
const LOOK_EVERY = 60

const lastSeq = (lines: Message[]): number => (lines.length ? lines[lines.length - 1].seq : 0)

/** The line itself, or null where one may not see it. */
async function lineAt(room: string, seq: number): Promise<Message | null> {
  const page = await messagesApi.around(room, seq, 1)
  return page.items.find((message) => message.seq === seq) ?? null
}

export function useChatRoom(id: string) {
  const near = shallowRef<Message[]>([])
  const far = shallowRef<FarView | null>(null)
  const pending = shallowRef<Pending[]>([])
  const nearComplete = ref(false)
  const nearPast = ref(false)
  const loading = ref(true)
  const failure = ref<unknown>(null)
  /** Up to where one had read when the room was opened, or came back to the front; 0 when nothing was new. */
  const readUpTo = ref(0)
  const lastSentAt = ref(0)
  let inFront = false
  let leftAt = 0
  let typedAt = 0
  let gone = false
  let whole = false
  let marked = false

  const room = computed(() => rooms.get(id))
  const lines = computed(() => far.value?.view(near.value) ?? near.value)
  /** The newest lines are among those shown. */
  const atNewest = computed(() => !far.value || far.value.met)
  const rows = computed<Row[]>((before) => {
    const sending = atNewest.value ? pending.value : []
    return reused(before ?? [], chatRows(lines.value, sending, room.value, { readUpTo: readUpTo.value }))
  })
  const complete = computed(() => far.value?.complete ?? nearComplete.value)
  /** Until much that was sent lets the next line go out. */
  const many = computed(() =>
    Math.max(0, ...pending.value.map((line) => (line.many ? (line.until ?? 0) : 0))),
  )
  const past = computed(() => far.value?.past ?? nearPast.value)
  const slow = computed(() => {
    const told = Math.max(0, ...pending.value.map((line) => line.until ?? 0))
    return Math.max(told, slowUntil(room.value, lastSentAt.value))
  })

  const quoteChange = ref(0)
  const book = new QuoteBook(
    (seq) => lineAt(id, seq),
    () => quoteChange.value++,
  )
  /** The lines that those shown answer, by seq; null for one that is not to be had. */
  const quoted = computed(() => {
    void quoteChange.value
    const here = new Map(near.value.map((message) => [message.seq, message]))
    for (const message of lines.value) here.set(message.seq, message)
    const found: Record<number, Message | null | undefined> = {}
    for (const { reply } of rows.value) if (reply) found[reply] = here.get(reply) ?? book.get(reply)
    return found
  })
  watch(quoted, (now) =>
    book.want(
      Object.keys(now)
        .map(Number)
        .filter((seq) => now[seq] === undefined),
    ),
  )

  function look(): void {
    near.value = [...live.lines(id)]
    pending.value = live.pending(id).map((p) => ({ ...p }))
    nearComplete.value = live.complete(id)
    nearPast.value = live.past(id)
  }

  /** The first of what comes fast is shown at once, the rest of it together. */
  const glances = spaced(LOOK_EVERY, () => {
    look()
    read()
  })

  function read(): void {
    if (inFront && marked && lines.value.length) rooms.markRead(id, lastSeq(lines.value))
  }

  /**
   * Remembers where reading had got to, before it goes on. Where more is new than the newest page holds, one begins to
   * read at its first line.
   */
  async function mark(): Promise<void> {
    if (marked) return
    marked = true
    const from = room.value?.read_seq ?? 0
    if (!from || !linesAfter(near.value, from, room.value)) return
    if (from + 1 < near.value[0].seq && !nearComplete.value) await jump(from)
    readUpTo.value = from
  }

  /** The clock here may go wrong, so what was just sent was sent now. */
  function sent(message: Message, fresh: boolean): void {
    if (message.member !== room.value?.me?.member) return
    const at = fresh ? Date.now() : Math.min(Date.now(), parseTime(message.at).getTime())
    lastSentAt.value = Math.max(lastSentAt.value, at)
  }

  function farFrame(frame: Frame): void {
    const view = far.value
    if (frame.type === 'recall') {
      book.recalled(frame.seq)
      view?.change(frame.seq, takenBack)
    } else if (frame.type === 'reaction') {
      const own = frame.member === room.value?.me?.member
      view?.change(frame.seq, (line) => reacted(line, frame.name, frame.on, frame.count, own))
    } else return
    if (view) triggerRef(far)
  }

  function heard(event: LiveEvent): void {
    if (event.type === 'lines' && event.room === id) glances.call()
    else if (event.type === 'fresh' && event.room === id) sent(event.message, whole)
    else if (event.type === 'frame' && 'room' in event.frame && event.frame.room === id) farFrame(event.frame)
    else if (event.type === 'state' && event.state === 'live' && !whole && !loading.value) void load()
  }
  const off = live.on(heard)
  onUnmounted(() => {
    gone = true
    glances.end()
    off()
    hide()
  })

  async function load(): Promise<void> {
    loading.value = true
    failure.value = null
    try {
      await Promise.all([rooms.fetch(id), live.open(id)])
      if (gone) return
      whole = true
      far.value = null
      look()
      for (const message of near.value) sent(message, false)
      await mark()
      read()
    } catch (error) {
      // With lines kept from before there is something to show; the connection's own notice says the rest.
      if (!gone && (!near.value.length || !asApiError(error).passing)) failure.value = error
    } finally {
      loading.value = false
    }
  }

  function show(): void {
    inFront = true
    rooms.show(id)
    if (leftAt && linesAfter(near.value, leftAt, room.value)) readUpTo.value = leftAt
    leftAt = 0
    read()
  }

  function hide(): void {
    if (inFront && whole) leftAt = lastSeq(near.value)
    inFront = false
    rooms.hide(id)
  }

  function typing(): void {
    const now = Date.now()
    if (now - typedAt < TYPING_EVERY || room.value?.ended || (room.value?.members ?? 0) > TYPING_UP_TO) return
    typedAt = now
    roomsApi.typing(id).catch(() => undefined)
  }

  async function recall(seq: number): Promise<void> {
    await messagesApi.recall(id, seq)
    live.recalled(id, seq)
    farFrame({ type: 'recall', room: id, seq })
  }

  function wish(seq: number, name: Reaction, on: boolean): void {
    live.react(id, seq, name, on)
    far.value?.change(seq, (line) => wished(line, name, on))
    if (far.value) triggerRef(far)
  }

  /** One's own reaction comes or goes at once, and back when the service refuses it. */
  async function react(seq: number, name: Reaction): Promise<void> {
    const line = lines.value.find((message) => message.seq === seq)
    if (!line || line.recalled) return
    const on = !(line.reacted ?? []).includes(name)
    wish(seq, name, on)
    try {
      await (on ? messagesApi.react(id, seq, name) : messagesApi.unreact(id, seq, name))
    } catch (error) {
      wish(seq, name, !on)
      throw error
    }
  }

  /** Brings a line among those shown; answers whether it is there. */
  async function jump(seq: number): Promise<boolean> {
    if (lines.value.some((message) => message.seq === seq)) return true
    const view = new FarView(id, messagesApi)
    const found = await view.open(seq, near.value)
    if (!gone && view.lines.length) far.value = view
    return found
  }

  async function older(): Promise<number> {
    if (!far.value) return live.older(id)
    const count = await far.value.older()
    triggerRef(far)
    return count
  }

  async function newer(): Promise<number> {
    if (!far.value || far.value.met) return 0
    const count = await far.value.newer(near.value)
    triggerRef(far)
    read()
    return count
  }

  function send(body: string, reply_to?: number): Pending | null {
    typedAt = 0
    far.value = null
    return live.send(id, body, reply_to)
  }

  /** In the order in which they were chosen. The first of them answers `reply_to`. */
  function sendMedia(drafts: MediaDraft[], reply_to?: number): void {
    far.value = null
    drafts.forEach((draft, i) => {
      const line = live.sendMedia(id, draft, i ? undefined : reply_to)
      ownMedia.keep(line.client_id, draft.url)
    })
  }

  return {
    room,
    rows,
    lines,
    near,
    quoted,
    complete,
    past,
    atNewest,
    loading,
    failure,
    readUpTo,
    slow,
    many,
    load,
    show,
    hide,
    typing,
    recall,
    react,
    jump,
    older,
    newer,
    send,
    sendMedia,
    toNewest: () => {
      far.value = null
      read()
    },
    retry: (client_id: string) => live.retry(id, client_id),
    discard: (client_id: string) => {
      live.discard(id, client_id)
      ownMedia.letGo(client_id)
    },
    cancel: (client_id: string) => {
      live.cancel(id, client_id)
      ownMedia.letGo(client_id)
    },
    draft: () => drafts.get(id),
    keepDraft: (text: string) => drafts.put(id, text),
  }
}
