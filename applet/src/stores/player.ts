/** The one player of this client: what plays, what was heard, and what a phone's lock screen shows of it. */
import { computed, reactive, shallowRef } from 'vue'
import type { Message } from '@/api/types'
import { Player, type Playing, type Track } from '@/lib/player'
import { withHeard } from '@/lib/voices'
import { live } from '@/live'
import { mediaFile } from '@/platform/mediafile'
import { openSound, routeSound } from '@/platform/sound'
import { keep } from '@/platform/storage'
import { whenSessionEnds } from './session'

const playing = shallowRef<Playing>({ key: '', state: 'idle', at: 0, failed: '' })
/** The seqs that were heard, by room: those of the rooms that were opened. */
const heard = reactive<Record<string, number[]>>({})
/** Which lines there are is the page's to know. */
let after: (track: Track) => Track | null = () => null
const ear = shallowRef(keep.get<boolean>('ear') === true)

const heardIn = (room: string): number[] => heard[room] ?? []

function hear({ room, seq }: Track): void {
  if (!seq) return
  heard[room] = withHeard(heardIn(room), seq)
  keep.set(`played.${room}`, heard[room])
}

/** One's own that is not sent yet stands alone. */
const following = (track: Track): Track | null => (track.seq ? after(track) : null)

const core = new Player({
  sound: (events) => {
    routeSound(ear.value)
    return openSound(events)
  },
  source: mediaFile,
  heard: hear,
  after: following,
  changed: (now) => {
    const before = playing.value
    playing.value = now
    if (before.state !== now.state || before.key !== now.key) showOutside(now)
  },
})

/** A browser's media keys, headphones and lock screen. */
function showOutside(now: Playing): void {
  // #ifdef H5
  const outside = typeof navigator === 'undefined' ? undefined : navigator.mediaSession
  if (!outside) return
  const { track } = core
  outside.playbackState = now.state === 'playing' ? 'playing' : track ? 'paused' : 'none'
  outside.metadata = track ? new MediaMetadata({ title: track.title, artist: track.artist }) : null
  outside.setActionHandler('play', track && (() => core.resume()))
  outside.setActionHandler('pause', track && (() => core.pause()))
  outside.setActionHandler('stop', track && (() => core.stop()))
  outside.setActionHandler('seekto', track && ((to) => core.seek(track, (to.seekTime ?? 0) * 1000)))
  const next = track && following(track)
  outside.setActionHandler('nexttrack', next ? () => core.play(next) : null)
  // #endif
}

live.on((event) => {
  if (event.type === 'frame' && event.frame.type === 'recall')
    core.drop(voiceKey(event.frame.room, event.frame.seq))
})

whenSessionEnds(() => {
  core.stop()
  for (const room of Object.keys(heard)) delete heard[room]
})

export const player = {
  playing: computed(() => playing.value),
  /** Sound comes at the ear; the applet alone can choose. */
  ear: computed(() => ear.value),
  toggle: (track: Track) => core.toggle(track),
  seek: (track: Track, at: number) => core.seek(track, at),
  pause: () => core.pause(),
  stop: () => core.stop(),
  drop: (key: string) => core.drop(key),
  wasHeard: (room: string, seq: number) => heardIn(room).includes(seq),
  heardIn,

  toEar(on: boolean): void {
    ear.value = on
    keep.set('ear', on)
    routeSound(on)
  },

  /** A room's page is open, and knows what follows. Answers how to let go of it. */
  enter(room: string, next: (track: Track) => Track | null): () => void {
    heard[room] ??= keep.get<number[]>(`played.${room}`) ?? []
    after = next
    return () => {
      if (after === next) after = () => null
      if (core.track?.room === room) core.stop()
    }
  },
}

export const voiceKey = (room: string, seq: number): string => `${room}:${seq}`

export function trackOf(message: Message, title: string, artist: string): Track {
  return {
    key: voiceKey(message.room, message.seq),
    room: message.room,
    seq: message.seq,
    url: message.media?.url ?? '',
    duration: message.duration ?? 0,
    title,
    artist,
  }
}
