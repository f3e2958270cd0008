/** Calls that the service wants a proof of work for: it is made, and the call goes again by itself. */
import { ApiError } from './error'
import type { Call, Request } from './http'

const ASKS = ['pow_required', 'pow_invalid']
/** A proof can expire on its way, and the price can rise. */
const PROOFS = 3

export function withProof(request: Request, prove: () => Promise<string>): Request {
  return async function proven<T>(call: Call): Promise<T> {
    for (let made = 0, body = call.body; ; made++) {
      try {
        return await request<T>({ ...call, ...(body ? { body } : {}) })
      } catch (error) {
        const asked = error instanceof ApiError && ASKS.includes(error.code)
        if (!asked || made === PROOFS) throw error
        body = { ...call.body, pow: await prove() }
      }
    }
  }
}
