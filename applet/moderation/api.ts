/** The admin program's calls. The token stays in this tab: whoever closes it has to log in again. */
import { computed, reactive } from 'vue'
import { language, t } from './words'

export type Row = Record<string, unknown>

export interface Page {
  items: Row[]
  next: string | null
}

const KEY = 'driftline.moderation'

function restored(): { token: string; name: string; role: string } {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || '') as { token: string; name: string; role: string }
  } catch {
    return { token: '', name: '', role: '' }
  }
}

export const session = reactive(restored())
export const isOwner = computed(() => session.role === 'owner')

function keep(token: string, name: string, role: string) {
  Object.assign(session, { token, name, role })
  if (token) sessionStorage.setItem(KEY, JSON.stringify(session))
  else sessionStorage.removeItem(KEY)
}

/** What the service refused, in words for the reader. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const { error } = (await answer.json().catch(() => ({}))) as { error?: { code: string; message: string } }
  if (answer.status === 401 && session.token) keep('', '', '')
  return new Refused(
    answer.status,
    error?.code ?? '',
    error?.message ?? t('error.status', { status: answer.status }),
  )
}

async function send(command: string, fields: Row): Promise<Response> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Accept-Language': language.value,
  }
  if (session.token) headers.Authorization = `Bearer ${session.token}`
  const body = JSON.stringify(
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value != null)),
  )
  const answer = await fetch(`/admin/v1/${command}`, { method: 'POST', headers, body }).catch(() => {
    throw new Refused(0, '', t('error.away'))
  })
  if (!answer.ok) throw await refusal(answer)
  return answer
}

/** Does a command of docs/moderation.md; fields that are empty are left out. Throws what was refused. */
export async function call<T = Row>(command: string, fields: Row = {}): Promise<T> {
  const answer = await send(command, fields)
  return (answer.status === 204 ? {} : await answer.json()) as T
}

/** The picture or the voice of a report, as an address to revoke. */
export async function file(report: string, seq?: number): Promise<string> {
  return URL.createObjectURL(await (await send('reports/file', { report, seq })).blob())
}

export async function login(name: string, password: string): Promise<void> {
  const answer = await call<{ token: string; name: string; role: string }>('login', { name, password })
  keep(answer.token, answer.name, answer.role)
}

/** By a token, such as the one that `./deploy.sh up` has made: what it may is found out by asking. */
export async function enter(token: string): Promise<void> {
  keep(token, '', '')
  await call('stats')
  const owner = await call('admins/list', { limit: 1 }).then(
    () => true,
    (error: Refused) => {
      if (error.status !== 403) throw error
      return false
    },
  )
  keep(token, '', owner ? 'owner' : 'moderator')
}

/** Ends a login. A token that was handed in is forgotten here and lives on: driftctl has it too. */
export async function leave(): Promise<void> {
  if (session.name) await call('logout').catch(() => undefined)
  keep('', '', '')
}
