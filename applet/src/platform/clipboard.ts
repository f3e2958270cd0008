/** Copies a text; answers whether it is there now. Browsers have their own way on https alone, so there is another. */
export function copyText(text: string): Promise<boolean> {
  // #ifdef H5
  if (!navigator.clipboard) return Promise.resolve(copyBySelection(text))
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  )
  // #endif
  // #ifndef H5
  return new Promise((resolve) =>
    uni.setClipboardData({
      data: text,
      showToast: false,
      success: () => resolve(true),
      fail: () => resolve(false),
    }),
  )
  // #endif
}

// #ifdef H5
function copyBySelection(text: string): boolean {
  const before = document.activeElement as HTMLElement | null
  const field = document.createElement('textarea')
  field.value = text
  field.setAttribute('style', 'position:fixed;top:0;opacity:0')
  document.body.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  before?.focus()
  return copied
}
// #endif
