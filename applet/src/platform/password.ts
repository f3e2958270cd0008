/** The digest of a password. A browser fetches what makes it when a password is sent first: a guest needs none. */
// #ifndef H5
import { passwordV2 as ofApplet } from '@/lib/password'
// #endif

export async function passwordV2(account: string, password: string): Promise<string> {
  // #ifdef H5
  return (await import('@/lib/password')).passwordV2(account, password)
  // #endif
  // #ifndef H5
  return ofApplet(account, password)
  // #endif
}
