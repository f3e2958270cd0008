/** A fresh code of WeChat's, by which the service can see that it is still the same person. */
import { ApiError } from '@/api/error'

export function wechatCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    uni.login({
      provider: 'weixin',
      success: ({ code }) => resolve(code),
      fail: (e) => reject(new ApiError(403, 'wechat_refused', String(e?.errMsg ?? ''))),
    })
  })
}
