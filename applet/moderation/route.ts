/** Where in the page one is: `#/reports/<id>`, so that back, reload and links work. */
import { ref } from 'vue'

export interface Place {
  view: string
  id: string
}

function read(): Place {
  const [view = '', ...rest] = location.hash.replace(/^#\//, '').split('/')
  return { view: view || 'reports', id: rest.map(decodeURIComponent).join('/') }
}

export const place = ref(read())

addEventListener('hashchange', () => {
  place.value = read()
  scrollTo(0, 0)
})

export function go(view: string, id = ''): void {
  location.hash = `#/${view}${id ? '/' + id.split('/').map(encodeURIComponent).join('/') : ''}`
}
