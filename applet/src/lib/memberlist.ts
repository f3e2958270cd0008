/** The list of a group's people, as the frames of the room change it. */
import type { Frame, Member } from '@/api/types'

type MemberFrame = Extract<Frame, { type: 'member' }>

function changed(list: Member[], member: string, by: (one: Member) => Member): Member[] {
  return list.map((one) => (one.member === member ? by(one) : one))
}

/** Who joins while there is more to load comes with a later page; twice is no harm. */
export function heardMember(list: Member[], frame: MemberFrame, whole: boolean): Member[] {
  if (frame.event === 'left') return list.filter((one) => one.member !== frame.member)
  if (frame.event === 'muted')
    return changed(list, frame.member, (one) => ({ ...one, muted_until: frame.until }))
  if (frame.event === 'owner')
    return list.map((one) => ({ ...one, role: one.member === frame.member ? 'owner' : 'member' }))
  if (!whole || list.some((one) => one.member === frame.member)) return list
  const { member, alias, alias_zh, avatar, profile } = frame
  return [...list, { member, alias, alias_zh, avatar, profile, role: 'member' }]
}

/** A page that follows: somebody who moved between two pages stands once. */
export function withPage(list: Member[], page: Member[]): Member[] {
  const known = new Set(list.map((one) => one.member))
  return [...list, ...page.filter((one) => !known.has(one.member))]
}
