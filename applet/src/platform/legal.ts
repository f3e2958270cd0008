/** The operator's pages on privacy and terms: a browser opens them; the applet, which opens no pages, shows their text. */
import { API_BASE } from '@/api'
import { ApiError } from '@/api/error'
import { language } from '@/i18n/first'
import { toLegal } from './pages'

export type Legal = 'privacy' | 'terms'

const address = (page: Legal): string => `${API_BASE}/${page}?lang=${language()}`

export function openLegal(page: Legal): void {
  // #ifdef H5
  window.open(address(page), '_blank', 'noopener')
  // #endif
  // #ifndef H5
  toLegal(page)
  // #endif
}

/** What stands in the page's <main>, as HTML. */
export function legalText(page: Legal): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: address(page),
      dataType: 'text',
      success: ({ statusCode, data }) => {
        const found = /<main[^>]*>([\s\S]*)<\/main>/.exec(String(data))
        if (statusCode === 200 && found) resolve(found[1].replace(/<!--[\s\S]*?-->/g, ''))
        else reject(new ApiError(statusCode, `http_${statusCode}`))
      },
      fail: (e) => reject(new ApiError(0, 'network', String(e?.errMsg ?? ''))),
    })
  })
}
