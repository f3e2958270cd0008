import { defineConfig, type Plugin } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'

/** uni-h5 names a page-head shadow on a third party's server; the client fetches from its own service alone. */
function dropRemoteShadow(): Plugin {
  return {
    name: 'drop-remote-shadow',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.css')) {
          file.source = String(file.source).replace(/url\(["']?https?:\/\/[^)]*\)/g, 'none')
        }
      }
    },
  }
}

export default defineConfig({ plugins: [uni(), dropRemoteShadow()] })
