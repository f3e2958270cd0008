import { defineConfig, type Plugin } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'

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

export default defineConfig({ plugins: [uni(), dropForeignHosts()] })
