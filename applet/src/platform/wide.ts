/** Whether the window has room for two panes: the chats, and the one in front. The applet's never has. */
import { ref } from 'vue'

export const wide = ref(false)

// #ifdef H5
/** As in the styles of what stands beside the list. */
const media = window.matchMedia('(min-width: 1000px)')
const look = (): boolean => (wide.value = media.matches)
look()
media.addEventListener('change', look)
// #endif
