/**
 * Light or dark, by the system or by choice. The styles say what dark is once, for a system that is (tokens.css): a choice
 * makes that rule hold always or never. In the applet WeChat decides.
 */
import { keep, whenKept } from './storage'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'theme'
const DARK = '(prefers-color-scheme: dark)'
const LIGHT = '(prefers-color-scheme: light)'

/** The conditions of all rules that are for a dark system alone; found once, since a choice rewrites them. */
let conditions: MediaList[] | null = null

function darkRules(): MediaList[] {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  return rules
    .filter((rule): rule is CSSMediaRule => rule instanceof CSSMediaRule)
    .map((rule) => rule.media)
    .filter((media) => media.mediaText === DARK)
}

export function theme(): Theme {
  const kept = keep.get<Theme>(KEY)
  return kept && THEMES.includes(kept) ? kept : 'system'
}

function show(): void {
  const now = theme()
  const holds = (what: Theme, system: string): string =>
    now === 'system' ? system : now === what ? 'all' : 'not all'
  conditions ??= darkRules()
  for (const media of conditions) media.mediaText = holds('dark', DARK)
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
    meta.media = meta.dataset.theme === 'dark' ? holds('dark', DARK) : holds('light', LIGHT)
  const scheme = document.querySelector<HTMLMetaElement>('meta[name="color-scheme"]')
  if (scheme) scheme.content = now === 'system' ? 'light dark' : now
}

/** A choice holds on this device, for all pages of this browser, whoever is logged in. */
export function setTheme(next: Theme): void {
  if (next === 'system') keep.remove(KEY)
  else keep.set(KEY, next)
  show()
}

/** Before anything is drawn. */
export function installTheme(): void {
  if (theme() !== 'system') show()
  whenKept(KEY, show)
}
