/** Starts the client: the pieces that live longer than a page are wired here. */
import { createSSRApp } from 'vue'
import App from './App.vue'
// #ifdef H5
import PageMissing from './components/PageMissing.vue'
// #endif
import { installH5A11y } from './platform/a11y-h5'
import { installShell } from './platform/shell-h5'
import { installTheme } from './platform/theme-h5'

if (process.env.UNI_PLATFORM === 'h5') {
  installTheme()
  installH5A11y()
  installShell()
}
// #ifdef H5
void import('./platform/focus-h5').then(({ keepFocus }) => keepFocus())
// #endif

export function createApp() {
  const app = createSSRApp(App)
  // #ifdef H5
  app.component('AsyncError', PageMissing) // the name that uni asks for
  // #endif
  return { app }
}
