/** The rows of the list of chats, and a room in few words. */
import { expect, it } from 'vitest'
import { lastLine, maskLine, overText, roomName } from '@/lib/conversation'
import { peopleText } from '@/lib/roomtext'
import { group, line, me, room } from './fake'

it('name a room by its topic, and the other by mask or nickname', () => {
  expect(roomName(group('a'))).toBe('Night owls')
  expect([roomName(room('a')), maskLine(room('a'))]).toEqual(['Quiet Otter', ''])
  const peer = { ...room('a').peer, nickname: 'Lin' } as NonNullable<ReturnType<typeof room>['peer']>
  expect([roomName(room('a', { peer })), maskLine(room('a', { peer }))]).toEqual(['Lin', 'Quiet Otter'])
})

it('show the last line, whoever said it', () => {
  const last = (more: object, of = room) => lastLine(of('a', { last_message: line('a', 1, more) }))
  expect(lastLine(room('a'))).toBe('Nothing said yet')
  expect(last({ body: 'hello' })).toBe('hello')
  expect(last({ body: 'hello' }, group)).toBe('Quiet Otter: hello')
  expect(last({ body: 'hello', member: 'me' }, group)).toBe('You: hello')
  expect(last({ body: null, recalled: true })).toBe('A line was taken back')
})

it('hide the last line of a blocked mask', () => {
  const blocked = me({ blocked: ['them'] })
  expect(lastLine(group('a', { me: blocked, last_message: line('a', 1) }))).toBe('Hidden message')
})

it('say why a room is over', () => {
  const at = '2026-01-01T00:00:00Z'
  expect(overText(group('a'))).toBe('')
  expect(overText(group('a', { me: me({ left: { at, reason: 'left' } }) }))).toBe('Left')
  expect(overText(group('a', { me: me({ left: { at, reason: 'kicked' } }) }))).toBe('Removed')
  const left = me({ left: { at, reason: 'left' } })
  expect(overText(room('a', { me: left, ended: { at, by: 'peer', reason: 'left' } }))).toBe('Ended')
})

it('tell strangers about how many people are there', () => {
  const about = (members: number) => peopleText({ members, members_about: true, capacity: 50 })
  expect([0, 1, 20].map(about)).toEqual(['Nobody there right now', 'About 1 person', 'About 20 people'])
  expect(peopleText({ members: 12, capacity: 50 })).toBe('12 of 50 people')
})
