/** All words. What the first page is made of takes those of `first.ts` alone, and need not wait for these. */
import { chatEn } from './chat-en'
import { chatZhHans } from './chat-zh-Hans'
import { commonEn } from './common-en'
import { commonZhHans } from './common-zh-Hans'
import { learn, word, type Key as First, type Vars } from './first'
import { meEn } from './me-en'
import { meZhHans } from './me-zh-Hans'
import { moreEn } from './more-en'
import { moreZhHans } from './more-zh-Hans'
import { roomsEn } from './rooms-en'
import { roomsZhHans } from './rooms-zh-Hans'
// #ifdef MP-WEIXIN
import { wechatEn } from './wechat-en'
import { wechatZhHans } from './wechat-zh-Hans'
// #endif

export { aliasOf, asLanguage, language, setLanguage, word, type Language, type Vars } from './first'

const laterEn = { ...commonEn, ...chatEn, ...roomsEn, ...meEn, ...moreEn }
const laterZhHans: Record<keyof typeof laterEn, string> = {
  ...commonZhHans,
  ...chatZhHans,
  ...roomsZhHans,
  ...meZhHans,
  ...moreZhHans,
}
learn(laterEn, laterZhHans)
// #ifdef MP-WEIXIN
const zhHans: Record<keyof typeof wechatEn, string> = wechatZhHans
learn(wechatEn, zhHans)
// #endif

export type Key = First | keyof typeof laterEn | keyof typeof wechatEn

/** Reads the language as it is now: inside a template or a computed it follows a change. */
export const t: (key: Key, vars?: Vars) => string = word
