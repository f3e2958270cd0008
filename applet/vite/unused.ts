/** What of Vue and uni the client has no use for is left out of its build for browsers, and so of the first load. */
import { buildInCssSet } from '@dcloudio/uni-cli-shared'
import type { Plugin } from 'vite'

/** A part of a package: where it stands, and what stands there instead. */
interface Part {
  what: string
  file: RegExp
  was: RegExp
  is: string
}

const UNI = /uni-h5\.es\.js$/
const parts: Part[] = [
  {
    what: 'its advertising',
    file: UNI,
    was: /const _AdConfig = class[^]*?let AdReport = _AdReport;/,
    is: 'const AdConfig = {}, AdReport = {};',
  },
  {
    what: "the browser's make, model and a number for it, kept in its storage: nothing here knows one browser from another",
    file: UNI,
    was: /const getSystemInfoSync = [^]*?"getSystemInfoSync",\n {2}\(\) => \{[^]*?\n {2}\}\n\);/,
    is: 'const getSystemInfoSync = /* @__PURE__ */ defineSyncApi("getSystemInfoSync", () => getWindowInfo());',
  },
  {
    what: "events of WXS, a language of uni's for scripts beside a page",
    file: UNI,
    was: /function wrapperH5WxsEvent\([^]*?\n\}\n/,
    is: 'function wrapperH5WxsEvent() {}\n',
  },
  {
    what: "uni's animations: ours are in style sheets",
    file: UNI,
    was: /const animation = \{\n {2}props: \["animation"\],[^]*?\n\};/,
    is: 'const animation = {};',
  },
  {
    what: 'words in five languages: those that remain are told in ours (main.ts)',
    file: UNI,
    was: /function useI18n\(\) \{[^]*?\n\}\n/,
    is: 'const useI18n = () => ({ getLocale: () => navigator.language });\n',
  },
  {
    what: 'the page that says that a page did not come',
    file: UNI,
    was: /const AsyncErrorComponent = [^]*?\n\}\);\n/,
    is: 'const AsyncErrorComponent = { name: "AsyncError" };\n',
  },
  {
    what: 'objects of UTS, another language of theirs',
    file: /uni-shared\.es\.js$/,
    was: /class UTSJSONObject \{[^]*?\n\}\n/,
    is: 'class UTSJSONObject {}\n',
  },
]

/** Style sheets that come along with every build: of components that are on none of our pages. */
const sheets = ['movable-area', 'movable-view', 'swiper', 'swiper-item', 'toast']

export function dropUnused(): Plugin {
  const left = new Set(parts)
  return {
    name: 'drop-unused',
    enforce: 'post',
    config: () => ({
      define: { __UNI_FEATURE_WXS__: false, __UNI_FEATURE_RPX__: false },
    }),
    transform(code, id) {
      const here = parts.filter(({ file }) => file.test(id))
      if (!here.length) return
      for (const part of here) {
        if (!part.was.test(code))
          this.error(`uni does not look as it did: see what has become of ${part.what}`)
        code = code.replace(part.was, part.is)
        left.delete(part)
      }
      return code
    },
    buildEnd(error) {
      if (!error) for (const { what } of left) this.error(`uni does not look as it did: where is ${what}?`)
      for (const sheet of sheets)
        for (const name of buildInCssSet) if (name.endsWith(`/${sheet}.css`)) buildInCssSet.delete(name)
    },
  }
}
