/** Starts the client: the pieces that live longer than a page are wired here. */
import { createSSRApp } from 'vue'
import App from './App.vue'
import { installH5A11y } from './platform/a11y-h5'
import { installTheme } from './platform/theme-h5'

if (process.env.UNI_PLATFORM === 'h5') {
  installTheme()
  installH5A11y()
}
// #ifdef H5
void import('./platform/focus-h5').then(({ keepFocus }) => keepFocus())
// #endif

export function createApp() {
  return { app: createSSRApp(App) }
}
