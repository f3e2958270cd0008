import { defineConfig, type Plugin } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'
import { shell } from './vite/shell'
import { dropUnused } from './vite/unused'

/**
 * The client fetches from its own service alone. uni-h5 names a page-head shadow on a third party's server, and the
 * addresses of an advertising service that nothing of ours uses: neither gets into the build.
 */
function dropForeignHosts(): Plugin {
  return {
    name: 'drop-foreign-hosts',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk') {
          file.code = file.code.replace(/https:\/\/ha[cs]1\.dcloud\.net\.cn\/\w*/g, 'about:blank')
        } else if (file.fileName.endsWith('.css')) {
          file.source = String(file.source).replace(/url\(["']?https?:\/\/[^)]*\)/g, 'none')
        }
      }
    },
  }
}

/**
 * On H5 a view, a text and a picture are the elements that uni's components of these names would draw, without a component
 * for each: a line of a chat has twenty. A scroll-view is a plain box that scrolls, and what only the applet's knows goes:
 * uni's own is as large as the rest of the client's words, and works at each step of a scroll.
 */
function plainElements(): Plugin {
  const applet =
    /\s(?:scroll-y|scroll-anchoring|:(?:scroll-into-view|(?:upper|lower)-threshold)="[^"]*"|@scroll\w*="\w+")/g
  return {
    name: 'plain-elements',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('.vue')) return
      return code
        .replace(/<scroll-view\b[^>]*>/g, (tag) => tag.replace(applet, ''))
        .replace(/<(\/?)(?:scroll-)?view\b/g, '<$1uni-view')
        .replace(/<(\/?)text\b/g, '<$1uni-text')
        .replace(/<image\b/g, '<img draggable="false"')
    },
  }
}

/** Browsers since 2020; terser goes over it often enough to find what the first pass made superfluous. */
const small = {
  target: 'es2020',
  modulePreload: { polyfill: false },
  terserOptions: { ecma: 2020 as const, module: true, compress: { passes: 3 } },
}

const h5 = process.env.UNI_PLATFORM === 'h5'
export default defineConfig({
  plugins: [h5 && plainElements(), uni(), h5 && dropUnused(), dropForeignHosts(), h5 && shell()],
  build: h5 ? small : {},
})
