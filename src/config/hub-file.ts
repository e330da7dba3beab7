import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isJsonObject, parseJson } from '../base/json.ts'
import { isAlive, type ProcessIdentity } from '../base/process-identity.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { replaceFile } from '../base/replace-file.ts'
import type { Paths } from './paths.ts'

/** What a running hub tells the other commands of its checkout, in `hub.json` (0600: it holds the token). */
export interface HubFile {
  readonly url: string
  readonly apiUrl: string
  readonly serverUrl: string
  readonly token: string
  readonly instanceId: string
  readonly repository: { readonly owner: string; readonly name: string }
  readonly defaultBranch: string
  /** Opens the hub's pages in a browser; holds a secret. */
  readonly loginUrl: string
  /** The process that keeps hub and listeners: the one to signal. */
  readonly pid: number
  readonly pidStartTime: string
  /** Listener processes: listed so that they can be ended when their keeper was killed. */
  readonly runners: readonly HubRunner[]
}

export interface HubRunner extends ProcessIdentity {
  readonly name: string
  readonly labels: readonly string[]
}

/** What stands for the API's address where the broker is Redis. */
export const redisWord = 'redis'

/** True for a fleet of legacy workers: there is no hub, and `token` is the address of its Redis. */
export function isRedisFleet({ apiUrl }: HubFile): boolean {
  return apiUrl === redisWord
}

/** The folder of a checkout's hub: hub.json, store, blobs, logs. One per real path of the checkout. */
export function hubFolder(paths: Paths, checkout: string): string {
  const hash = createHash('sha256').update(checkout).digest('hex').slice(0, 12)
  return join(paths.state, 'hubs', `${basename(checkout)}-${hash}`)
}

/** What a hub in the background, its keeper and its runners say. */
export function hubLog(folder: string): string {
  return join(folder, 'up.log')
}

/** null where there is no hub.json, or none that this version understands. */
export function readHubFile(folder: string): HubFile | null {
  const hub = parseJson(readIfThere(join(folder, 'hub.json')) ?? '')
  return isHubFile(hub) ? hub : null
}

export function writeHubFile(folder: string, hub: HubFile): void {
  replaceFile(join(folder, 'hub.json'), `${JSON.stringify(hub, null, 2)}\n`, { mode: 0o600 })
}

export function removeHubFile(folder: string): void {
  rmSync(join(folder, 'hub.json'), { force: true })
}

export function keeperOf(hub: HubFile): ProcessIdentity {
  return { pid: hub.pid, startTime: hub.pidStartTime }
}

/** True while the process that wrote the file lives; a pid that was given to another process since does not count. */
export function isKept(hub: HubFile): boolean {
  return isAlive(keeperOf(hub))
}

function isHubFile(value: unknown): value is HubFile {
  if (!isJsonObject(value) || !isJsonObject(value['repository'])) return false
  const texts = [
    'url',
    'apiUrl',
    'serverUrl',
    'token',
    'instanceId',
    'defaultBranch',
    'loginUrl',
    'pidStartTime',
  ]
  return (
    texts.every(name => typeof value[name] === 'string') &&
    typeof value['pid'] === 'number' &&
    typeof value['repository']['owner'] === 'string' &&
    typeof value['repository']['name'] === 'string' &&
    Array.isArray(value['runners'])
  )
}
