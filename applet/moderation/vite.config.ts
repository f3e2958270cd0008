import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** The moderators' page: a program of its own, which the public never gets. */
export default defineConfig({
  root: __dirname,
  base: './',
  plugins: [vue()],
  build: {
    outDir: '../dist/build/moderation',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
