/** The page's title: the window's on H5, the applet's own bar where it shows one. */
import { language } from '@/i18n/first'

export function setTitle(title: string): void {
  uni.setNavigationBarTitle({ title, fail: () => undefined })
  // #ifdef H5
  document.documentElement.lang = language() === 'zh-Hans' ? 'zh-Hans' : 'en'
  // #endif
}
