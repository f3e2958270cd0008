/** What a call that did not succeed throws: the service's own word, or `network` and `timeout` for none at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string
  /** Seconds the service asked us to wait, 0 when it did not say. */
  readonly retryAfter: number
  readonly until: string
  readonly reason: string
  /** All that was told beside the code and its message. */
  readonly detail: Record<string, unknown>

  constructor(status: number, code: string, message = '', more: Partial<ApiError> = {}) {
    super(message || code)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.field = more.field ?? ''
    this.retryAfter = more.retryAfter ?? 0
    this.until = more.until ?? ''
    this.reason = more.reason ?? ''
    this.detail = more.detail ?? {}
  }

  /** The code, or where it means two things a word of our own for the other one. */
  get word(): string {
    return this.code === 'muted' && this.detail.everywhere === true ? 'muted_everywhere' : this.code
  }

  /** Worth another try with nothing changed: no answer, too many, or a part is down. What a day allows is used up for long. */
  get passing(): boolean {
    if (this.code === 'upload_quota') return false
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(0, 'network', error instanceof Error ? error.message : String(error))
}
