/** The card that somebody passes on in WeChat. Its picture is our own: WeChat would else take one of the page as it stands. */
export interface ShareCard {
  title: string
  path: string
  imageUrl: string
}

export function shareCard(title: string, path: string): ShareCard {
  return { title, path, imageUrl: '/static/mp-weixin/share.png' }
}
