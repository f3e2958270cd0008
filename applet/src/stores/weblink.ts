/** What a tap on an address in a line does: into a room of this service at once, anywhere else only when asked and answered. */
import { ref } from 'vue'
import { shareCode } from '@/lib/links'
import { toShare } from '@/platform/pages'
import { whenSessionEnds } from './session'
// #ifndef H5
import { API_BASE } from '@/api'
import { t } from '@/i18n'
import { copyText } from '@/platform/clipboard'
// #endif

/** The code of a link into a room of this service. */
export function roomLink(href: string): string {
  // #ifdef H5
  return shareCode(href, location.origin)
  // #endif
  // #ifndef H5
  return shareCode(href, API_BASE)
  // #endif
}

const asked = ref('')
whenSessionEnds(() => (asked.value = ''))

export const weblink = {
  /** The address that is asked about; empty for none. Browsers only. */
  asked,

  /** The applet opens no pages of others: there the address is copied. */
  follow(href: string): void {
    const code = roomLink(href)
    if (code) return toShare(code)
    // #ifdef H5
    asked.value = href
    // #endif
    // #ifndef H5
    void copyText(href).then(
      (done) => done && uni.showToast({ title: t('web.copied'), icon: 'none', duration: 2500 }),
    )
    // #endif
  },
}
