/**
 * Light or dark in the client's pages, by the system or by choice. The styles say what dark is once, for a system that is
 * (tokens.css): a choice makes that rule hold always or never. In the applet WeChat decides.
 */
import { ref } from 'vue'
import { keep, whenKept } from './storage'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'theme'
const DARK = '(prefers-color-scheme: dark)'
const LIGHT = '(prefers-color-scheme: light)'

/** The conditions of all rules that are for a dark system alone; found once, since a choice rewrites them. */
let conditions: MediaList[] | null = null

/** None of a stylesheet that may not be read: an extension of the browser's may have put it there. */
function rulesOf(sheet: CSSStyleSheet): CSSRule[] {
  try {
    return [...sheet.cssRules]
  } catch {
    return []
  }
}

const darkRules = (): MediaList[] =>
  [...document.styleSheets]
    .flatMap(rulesOf)
    .map((rule) => (rule as CSSMediaRule).media as MediaList | undefined)
    .filter((media): media is MediaList => media?.mediaText === DARK)

const kept = (): Theme => THEMES.find((name) => name === keep.get(KEY)) ?? 'system'

/** What is chosen. */
export const theme = ref(kept())

function show(): void {
  const now = (theme.value = kept())
  const holds = (what: Theme, system: string): string =>
    now === 'system' ? system : now === what ? 'all' : 'not all'
  conditions ??= darkRules()
  for (const media of conditions) media.mediaText = holds('dark', DARK)
  // index.html has one of these for each.
  const [light, dark] = document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')
  light.media = holds('light', LIGHT)
  dark.media = holds('dark', DARK)
  document.documentElement.style.colorScheme = now === 'system' ? '' : now
}

/** A choice holds on this device, whoever is logged in, and in the other tabs too. */
export function setTheme(next: Theme): void {
  keep.set(KEY, next)
  show()
}

/** Before a page is drawn; the bare ground may have been, in the system's colour. */
export function installTheme(): void {
  if (theme.value !== 'system') show()
  whenKept(KEY, show)
}
