/** What a message's menu offers besides reactions. */
import type { IconName } from './icons'
import type { Key } from '@/i18n'
import type { Row } from '@/lib/chatlines'
import { lookOf } from '@/lib/kinds'

export type MenuAct = 'reply' | 'copy' | 'recall' | 'block' | 'report' | 'ear' | 'save'

export interface MenuItem {
  act: MenuAct
  icon: IconName
  text: Key
}

const REPLY: MenuItem = { act: 'reply', icon: 'reply', text: 'chat.reply' }
const COPY: MenuItem = { act: 'copy', icon: 'copy', text: 'chat.copy' }
const RECALL: MenuItem = { act: 'recall', icon: 'recall', text: 'chat.recall' }
const EAR: MenuItem = { act: 'ear', icon: 'ear', text: 'voice.ear' }
const SPEAKER: MenuItem = { act: 'ear', icon: 'speaker', text: 'voice.speaker' }
const SAVE: MenuItem = { act: 'save', icon: 'download', text: 'viewer.save' }
const HIDE: MenuItem = { act: 'block', icon: 'block', text: 'chat.hide' }
const BLOCK: MenuItem = { act: 'block', icon: 'block', text: 'chat.block' }
const REPORT: MenuItem = { act: 'report', icon: 'flag', text: 'report.act' }

/** A browser has no say in where sound comes out, and saves a picture where it is shown in full. */
const OF_APPLET = process.env.UNI_PLATFORM !== 'h5'

export interface MenuFor {
  row: Row
  writable: boolean
  recallable: boolean
  group: boolean
  /** Voices come at the ear now. */
  ear: boolean
}

export function menuOf({ row, writable, recallable, group, ear }: MenuFor): MenuItem[] {
  const items: MenuItem[] = []
  if (writable) items.push(REPLY)
  if (lookOf(row.type).copyable) items.push(COPY)
  if (OF_APPLET && row.type === 'voice') items.push(ear ? SPEAKER : EAR)
  if (OF_APPLET && row.type === 'image') items.push(SAVE)
  if (recallable) items.push(RECALL)
  if (!row.mine && (group || writable)) items.push(group ? HIDE : BLOCK)
  if (!row.mine) items.push(REPORT)
  return items
}
