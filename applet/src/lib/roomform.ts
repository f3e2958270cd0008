/** A room as its owner fills it in: what is typed, what is wrong with it, and what is sent. */
import type { MaskChoice, NewRoom, Room, RoomChange } from '@/api/types'
import type { Key } from '@/i18n'
import { characters } from './form'

export const TOPIC_MAX = 60
export const DESCRIPTION_MAX = 500
export const CAPACITY_MAX = 1000
/** Seconds between two lines of one member. */
const SLOW_MODES = [0, 5, 15, 60, 300, 900, 3600]

/** What is offered, with what the room has now. */
export function slowModes(now: number): number[] {
  return [...new Set([...SLOW_MODES, now])].sort((a, b) => a - b)
}

export interface Draft {
  topic: string
  description: string
  tags: string[]
  capacity: string
  public: boolean
  mask: MaskChoice
  profile: boolean
  slow_mode: number
}

export type Field = 'topic' | 'description' | 'tags' | 'capacity' | 'mask' | 'slow_mode'
export type Wrong = Partial<Record<Field, Key>>

const WORDS: Record<Field, Key> = {
  topic: 'form.topic.wrong',
  description: 'form.description.wrong',
  tags: 'form.tags.wrong',
  capacity: 'form.capacity.wrong',
  mask: 'form.mask.wrong',
  slow_mode: 'form.slow.wrong',
}

export function blankDraft(): Draft {
  const settings = { public: true, mask: 'always' as const, profile: false, slow_mode: 0 }
  return { topic: '', description: '', tags: [], capacity: '50', ...settings }
}

export function draftOf(room: Room): Draft {
  const { topic, description, tags, mask, slow_mode } = room
  const capacity = String(room.capacity)
  return {
    topic,
    description,
    tags: [...tags],
    capacity,
    public: room.public,
    mask,
    profile: false,
    slow_mode,
  }
}

/** `there` is how many are in the room: it cannot be made smaller than that. */
export function checkDraft(draft: Draft, there = 0): Wrong {
  const wrong: Wrong = {}
  const topic = characters(draft.topic.trim())
  if (!topic) wrong.topic = 'form.topic.empty'
  else if (topic > TOPIC_MAX) wrong.topic = 'form.topic.long'
  if (characters(draft.description.trim()) > DESCRIPTION_MAX) wrong.description = 'form.description.long'
  const capacity = Number(draft.capacity)
  if (!/^\d{1,5}$/.test(draft.capacity.trim()) || capacity < 2 || capacity > CAPACITY_MAX)
    wrong.capacity = 'form.capacity.range'
  else if (capacity < there) wrong.capacity = 'form.capacity.small'
  return wrong
}

/** The service's own word on a field, for what only it can know. */
export function wrongField(field: string, there = 0, capacity = 0, code = ''): Wrong | null {
  if (!(field in WORDS)) return null
  if (code === 'word_blocked') return { [field]: 'error.word_blocked' }
  if (field === 'capacity' && capacity < there) return { capacity: 'form.capacity.small' }
  return { [field]: WORDS[field as Field] }
}

export function newRoom(draft: Draft): NewRoom {
  const choice = draft.mask === 'choice' && draft.profile ? { show_profile: true } : {}
  return { ...common(draft), mask: draft.mask, ...choice }
}

export function roomChange(draft: Draft): RoomChange {
  return { ...common(draft), slow_mode: draft.slow_mode }
}

function common(draft: Draft) {
  const { tags } = draft
  const capacity = Number(draft.capacity)
  const words = { topic: draft.topic.trim(), description: draft.description.trim() }
  return { ...words, tags, capacity, public: draft.public }
}
