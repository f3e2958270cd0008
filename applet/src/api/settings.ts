/** What this deployment asks of people, and how long it keeps what they write. */
import { request } from './index'

export interface Settings {
  /** The age that one says to have reached before one starts; 0 asks nobody. */
  age: number
  /** Logins name the device that they come from. */
  device: boolean
  /** One may come in by WeChat's login. */
  wechat: boolean
  /** Of the message by which WeChat tells that a stranger waits; empty where that is off. */
  wait_template: string
  /** How long one may take back what one has said, in seconds. */
  recall_window: number
  /** In days; 0 is for ever. */
  keep: { messages: number }
}

export const settings = {
  get: () => request<Settings>({ method: 'GET', path: '/settings' }),
}
