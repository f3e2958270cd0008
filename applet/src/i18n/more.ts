/** Words for what is opened later, so that the first page need not wait for them: `t` knows these and all others. */
import { fill, language, t as always, type Key as Always, type Vars } from './index'
import { moreEn } from './more-en'
import { moreZhHans } from './more-zh-Hans'

type More = keyof typeof moreEn
export type Key = Always | More

const isMore = (key: Key): key is More => key in moreEn

export function t(key: Key, vars: Vars = {}): string {
  if (!isMore(key)) return always(key, vars)
  return fill(language() === 'zh-Hans' ? moreZhHans[key] : moreEn[key], vars)
}
