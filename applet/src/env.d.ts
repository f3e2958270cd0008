/// <reference types="vite/client" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<Record<string, never>, Record<string, never>, unknown>
  export default component
}

interface ImportMetaEnv {
  /** Where the applet finds the service, e.g. https://chat.example.org; H5 asks its own origin. */
  readonly VITE_API_BASE?: string
}
