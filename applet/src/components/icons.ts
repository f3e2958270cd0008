/** Our own icons: strokes on a grid of 24, drawn in the colour of the text around them. */
const wrap = (inner: string): string =>
  `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='black' stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'>${inner}</svg>`

const shapes = {
  match: "<path d='M3 9.5c3-3.6 6-3.6 9 0s6 3.6 9 0'/><path d='M3 15.5c3-3.6 6-3.6 9 0s6 3.6 9 0'/>",
  chats:
    "<path d='M4 6.5A2.5 2.5 0 0 1 6.500 4h7A2.500 2.500 0 0 1 16 6.500v4a2.500 2.500 0 0 1-2.500 2.500H9l-3.500 3v-3.200A2.500 2.500 0 0 1 4 10.500z'/><path d='M19 9.500a2 2 0 0 1 1.500 2v3.500a2 2 0 0 1-1.500 2v2.500L16 17h-3.500'/>",
  me: "<circle cx='12' cy='8.500' r='3.700'/><path d='M5 20c.6-4 3.400-6 7-6s6.400 2 7 6'/>",
  back: "<path d='M14.500 5.500 8 12l6.500 6.500'/>",
  send: "<path d='M12 19V5.500'/><path d='m6 11.200 6-6 6 6'/>",
  reply: "<path d='M9.500 6 4 11.500 9.500 17'/><path d='M4.500 11.500H14a6 6 0 0 1 6 6v.500'/>",
  copy: "<rect x='8.500' y='8.500' width='11' height='11' rx='2.500'/><path d='M5.500 15.500h-1v-9a2 2 0 0 1 2-2h9v1'/>",
  recall: "<path d='M5 5v5h5'/><path d='M5.600 9.600A7.500 7.500 0 1 1 4.700 14'/>",
  close: "<path d='m6.500 6.500 11 11M17.500 6.500l-11 11'/>",
  plus: "<path d='M12 5.500v13M5.500 12h13'/>",
  check: "<path d='m5.500 12.500 4.200 4.200 8.800-9.200'/>",
  checks: "<path d='m2.500 12.700 4 4 8.300-8.700M11.500 15.700l1 1 8.500-8.700'/>",
  clock: "<circle cx='12' cy='12' r='8'/><path d='M12 7.500V12l3 2'/>",
  alert: "<circle cx='12' cy='12' r='8.500'/><path d='M12 7.800v5M12 16.200v.100'/>",
  more: "<path d='M6 12h.01M12 12h.01M18 12h.01' stroke-width='2.800'/>",
  down: "<path d='M5.500 9 12 15.500 18.500 9'/>",
  leave:
    "<path d='M13.500 4.500H7A1.500 1.500 0 0 0 5.500 6v12A1.500 1.500 0 0 0 7 19.500h6.500'/><path d='M11 12h9.500M17 8.500l3.500 3.500-3.500 3.500'/>",
  next: "<path d='M4 7.500h3.500c5 0 4.500 9 9.500 9h3'/><path d='M4 16.500h3.500c1.500 0 2.400-.8 3.100-1.900M13.300 9.400c.8-1.100 1.800-1.900 3.700-1.900h3'/><path d='m17.500 5 2.700 2.500-2.700 2.500M17.500 14l2.700 2.500-2.700 2.500'/>",
  eye: "<path d='M2.500 12c2.500-4.300 5.700-6.500 9.500-6.500s7 2.200 9.500 6.500c-2.500 4.300-5.700 6.500-9.500 6.500S5 16.300 2.500 12z'/><circle cx='12' cy='12' r='2.800'/>",
  'eye-off':
    "<path d='M2.500 12c2.500-4.300 5.700-6.500 9.500-6.500s7 2.200 9.500 6.500c-2.500 4.300-5.700 6.500-9.500 6.500S5 16.300 2.500 12z'/><path d='m4.500 4.500 15 15'/>",
  mask: "<path d='M3.500 7.500c5.500 1.600 11.500 1.600 17 0 .8 6-1.200 10-5 10-1.700 0-2.300-1.500-3.500-1.500s-1.800 1.500-3.500 1.500c-3.800 0-5.800-4-5-10z'/><path d='M7.500 11.500c1-.8 2-.8 3 0M13.500 11.500c1-.8 2-.8 3 0'/>",
  shield:
    "<path d='M12 3.500 5 6v5.500c0 4.300 2.700 7.300 7 9 4.300-1.700 7-4.700 7-9V6z'/><path d='m9 11.800 2.200 2.200 3.900-4.200'/>",
} as const

export type IconName = keyof typeof shapes

export function iconUrl(name: IconName): string {
  return `url("data:image/svg+xml,${encodeURIComponent(wrap(shapes[name]))}")`
}
