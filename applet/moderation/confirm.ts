/** Asks before what cannot be taken back. */
import { t } from './words'

function button(text: string, kind: string): HTMLButtonElement {
  const made = document.createElement('button')
  made.textContent = text
  made.className = kind
  return made
}

/** Whether the reader agrees; Escape and the way back are no. */
export function confirmed(question: string, action: string): Promise<boolean> {
  const dialog = document.createElement('dialog')
  const said = document.createElement('p')
  const row = document.createElement('div')
  const [no, yes] = [button(t('cancel'), 'plain'), button(action, 'danger')]
  said.textContent = question
  said.id = 'question'
  row.className = 'row'
  row.append(no, yes)
  dialog.setAttribute('aria-labelledby', said.id)
  dialog.className = 'card'
  dialog.append(said, row)
  document.body.append(dialog)
  no.onclick = () => dialog.close('')
  yes.onclick = () => dialog.close('yes')
  // The keyboard stays in it: the browser's own way round leads over its bars.
  dialog.onkeydown = (e) => {
    if (e.key !== 'Tab') return
    e.preventDefault()
    ;(document.activeElement === no ? yes : no).focus()
  }
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.onclose = () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    }
  })
}
