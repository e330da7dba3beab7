import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'
import { replaceFile } from '../base/replace-file.ts'
import type { Paths } from './paths.ts'
import { keychainOf, type PlaceName, type TokenPlace, tokenFile } from './token-places.ts'

/** A queue that `relayq init` has set up from this machine. */
export interface KeptQueue {
  readonly apiUrl: string
  readonly owner: string
  readonly repo: string
  /** Whether its owner is an organisation, which may have runners of its own; left out: no. */
  readonly organisation?: boolean
  /** Where its tokens are; a purpose without one is served by the environment or gh. */
  readonly tokens: Readonly<Partial<Record<TokenPurpose, PlaceName>>>
}

/** `submit`: what every command uses. `enrol`: to set up, and to register machines. */
export type TokenPurpose = 'submit' | 'enrol'

type QueueName = Pick<KeptQueue, 'apiUrl' | 'owner' | 'repo'>

export function keptQueuesFile(paths: Paths): string {
  return join(paths.config, 'queues.json')
}

/** The one set up last first: it is where jobs go when nothing nearer names a queue. Throws `invalid_config`. */
export function readKeptQueues(paths: Paths): readonly KeptQueue[] {
  const path = keptQueuesFile(paths)
  const text = readIfThere(path)
  if (text === null) return []
  const value = parseJson(text)
  const queues = isJsonObject(value) ? value['queues'] : null
  const list: readonly unknown[] = Array.isArray(queues) ? queues : [null]
  if (list.every(isKeptQueue)) return list
  throw new RelayError('invalid_config', `${path} is not as relayq init writes it.`, {
    hint: `Remove it, then: relayq init`,
  })
}

/** Puts it first, in place of what was known of the same queue. */
export function keepQueue(paths: Paths, queue: KeptQueue): void {
  const others = readKeptQueues(paths).filter(other => !isSameQueue(other, queue))
  const text = `${JSON.stringify({ queues: [queue, ...others] }, null, 2)}\n`
  replaceFile(keptQueuesFile(paths), text, { mode: 0o600 })
}

export function findKeptQueue(paths: Paths, name: QueueName): KeptQueue | null {
  return readKeptQueues(paths).find(queue => isSameQueue(queue, name)) ?? null
}

/** null where none is kept, or its place does not give it out now. */
export async function readKeptToken(
  paths: Paths,
  name: QueueName,
  purpose: TokenPurpose,
): Promise<string | null> {
  const place = findKeptQueue(paths, name)?.tokens[purpose]
  return place === undefined ? null : ((await openPlace(paths, place)?.get(accountOf(name, purpose))) ?? null)
}

/** Keeps a token in the first place that takes it, and says where. Throws what the file system says. */
export async function keepToken(
  places: readonly TokenPlace[],
  name: QueueName,
  token: { readonly purpose: TokenPurpose; readonly value: string },
): Promise<TokenPlace | null> {
  for (const place of places) {
    if (await place.put(accountOf(name, token.purpose), token.value)) return place
  }
  return null
}

/** Removes a token from a place where it is no longer kept. */
export async function forgetToken(
  paths: Paths,
  name: QueueName,
  token: { readonly purpose: TokenPurpose; readonly place: PlaceName },
): Promise<void> {
  await openPlace(paths, token.place)?.remove(accountOf(name, token.purpose))
}

function openPlace(paths: Paths, name: PlaceName): TokenPlace | null {
  return name === 'file' ? tokenFile(paths) : keychainOf(process.platform)
}

function accountOf({ apiUrl, owner, repo }: QueueName, purpose: TokenPurpose): string {
  return `${purpose} ${apiUrl}#${owner}/${repo}`.toLowerCase()
}

/** A token is given to its own server and repository only. */
function isSameQueue(a: QueueName, b: QueueName): boolean {
  return accountOf(a, 'submit') === accountOf(b, 'submit')
}

function isKeptQueue(value: unknown): value is KeptQueue {
  if (!isJsonObject(value) || !isJsonObject(value['tokens'])) return false
  const isPlace = (place: unknown) => place === 'keychain' || place === 'file'
  const tokens: JsonObject = value['tokens']
  return (
    ['apiUrl', 'owner', 'repo'].every(name => typeof value[name] === 'string') &&
    Object.values(tokens).every(isPlace)
  )
}
