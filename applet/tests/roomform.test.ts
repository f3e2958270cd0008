/** A room's form: what it refuses, and what it sends. */
import { expect, it } from 'vitest'
import { blankDraft, checkDraft, draftOf, newRoom, roomChange, slowModes, wrongField } from '@/lib/roomform'
import { group } from './fake'

const draft = (more = {}) => ({ ...blankDraft(), topic: 'Night owls', ...more })

it('takes a topic alone', () => {
  expect(checkDraft(draft())).toEqual({})
  expect(newRoom(draft())).toEqual({
    topic: 'Night owls',
    description: '',
    tags: [],
    capacity: 50,
    public: true,
    mask: 'always',
  })
})

it.each([
  [{ topic: ' ' }, 'topic', 'form.topic.empty'],
  [{ topic: '夜'.repeat(61) }, 'topic', 'form.topic.long'],
  [{ description: 'x'.repeat(501) }, 'description', 'form.description.long'],
  [{ capacity: '1' }, 'capacity', 'form.capacity.range'],
  [{ capacity: '1001' }, 'capacity', 'form.capacity.range'],
  [{ capacity: 'ten' }, 'capacity', 'form.capacity.range'],
  [{ capacity: '' }, 'capacity', 'form.capacity.range'],
])('refuses %j', (more, field, key) => {
  expect(checkDraft(draft(more))).toEqual({ [field]: key })
})

it('cannot be smaller than the people there', () => {
  expect(checkDraft(draft({ capacity: '3' }), 4)).toEqual({ capacity: 'form.capacity.small' })
  expect(wrongField('capacity', 4, 3)).toEqual({ capacity: 'form.capacity.small' })
})

it('puts the service’s word on its field, and leaves others to the page', () => {
  expect(wrongField('tags')).toEqual({ tags: 'form.tags.wrong' })
  expect(wrongField('show_profile')).toBe(null)
})

it('asks to be seen with the profile only where the room leaves the choice', () => {
  expect(newRoom(draft({ profile: true }))).not.toHaveProperty('show_profile')
  expect(newRoom(draft({ profile: true, mask: 'choice' }))).toHaveProperty('show_profile', true)
})

it('changes what may be changed later', () => {
  const change = roomChange({ ...draftOf(group('a', { slow_mode: 15, tags: ['jazz'] })), topic: ' Jazz ' })
  expect(change).toEqual({
    topic: 'Jazz',
    description: '',
    tags: ['jazz'],
    capacity: 50,
    public: true,
    slow_mode: 15,
  })
})

it('offers the slow mode that a room has, whatever it is', () => {
  expect(slowModes(15)).toHaveLength(7)
  expect(slowModes(30)).toContain(30)
})
