import { isDeepStrictEqual } from 'node:util'
import { RelayError } from '../../base/errors.ts'
import {
  findKeptQueue,
  forgetToken,
  type KeptQueue,
  keepQueue,
  keepToken,
  keptQueuesFile,
  readKeptQueues,
  readKeptToken,
  type TokenPurpose,
} from '../../config/kept-queues.ts'
import type { Paths } from '../../config/paths.ts'
import type { TokenPlace } from '../../config/token-places.ts'

/** What setting up changes on this machine. */
export type LocalChange = {
  readonly what: string
  readonly why: string
  readonly current: string
  readonly wanted: string
} & (
  | { readonly kind: 'keep_token'; readonly purpose: TokenPurpose; readonly value: string }
  | { readonly kind: 'keep_queue' }
)

export interface LocalWishes {
  readonly queue: Omit<KeptQueue, 'tokens'>
  /** By what they are for; null: it needs no keeping. */
  readonly tokens: Readonly<Record<TokenPurpose, string | null>>
  /** Where they may be kept, the better first. */
  readonly places: readonly TokenPlace[]
}

/** Nothing where this machine knows the queue first and has the tokens. */
export async function planLocally(paths: Paths, wishes: LocalWishes): Promise<readonly LocalChange[]> {
  const changes: LocalChange[] = []
  for (const purpose of ['submit', 'enrol'] as const) {
    const value = wishes.tokens[purpose]
    if (value === null || (await isKept(paths, wishes, purpose, value))) continue
    changes.push({
      kind: 'keep_token',
      purpose,
      value,
      what: purpose === 'submit' ? 'the token to submit' : 'the token to set up and enrol',
      why: 'so that commands find it, and nobody else',
      current: findKeptQueue(paths, wishes.queue)?.tokens[purpose] === undefined ? 'not kept' : 'another one',
      wanted: `kept in ${wishes.places.map(({ description }) => description).join(', or else in ')}`,
    })
  }
  const { owner, repo } = wishes.queue
  if (changes.length > 0 || !isFirst(paths, wishes.queue)) {
    changes.push({
      kind: 'keep_queue',
      what: 'where jobs go from this machine',
      why: 'used where neither a flag, the environment, a relayq.yaml nor a hub names another',
      current: isFirst(paths, wishes.queue) ? `${owner}/${repo}` : 'not this queue',
      wanted: `${owner}/${repo}, in ${keptQueuesFile(paths)}`,
    })
  }
  return changes
}

/** Keeps tokens and queue, and says where. Throws `file_unusable` where the place that was asked for does not take a token. */
export async function applyLocally(
  paths: Paths,
  wishes: LocalWishes,
  changes: readonly LocalChange[],
): Promise<readonly string[]> {
  const said: string[] = []
  const tokens = { ...findKeptQueue(paths, wishes.queue)?.tokens }
  for (const change of changes) {
    if (change.kind !== 'keep_token') continue
    const { purpose, value } = change
    const place = await keepToken(wishes.places, wishes.queue, { purpose, value })
    if (place === null) throw closed(wishes.places)
    const before = tokens[purpose]
    if (before !== undefined && before !== place.name) {
      await forgetToken(paths, wishes.queue, { purpose, place: before })
    }
    tokens[purpose] = place.name
    said.push(`${change.what}: kept in ${place.description}`)
  }
  if (changes.length > 0) keepQueue(paths, { ...wishes.queue, tokens })
  return said
}

async function isKept(
  paths: Paths,
  { queue, places }: LocalWishes,
  purpose: TokenPurpose,
  value: string,
): Promise<boolean> {
  const kept = findKeptQueue(paths, queue)?.tokens[purpose]
  if (kept === undefined || places.every(({ name }) => name !== kept)) return false
  return (await readKeptToken(paths, queue, purpose)) === value
}

/** Whether it is where jobs go already, with all that is known of it. */
function isFirst(paths: Paths, queue: LocalWishes['queue']): boolean {
  const [first] = readKeptQueues(paths)
  if (first === undefined) return false
  const { tokens: _, ...known } = first
  return isDeepStrictEqual(known, queue)
}

function closed(places: readonly TokenPlace[]): RelayError {
  const names = places.map(({ description }) => description).join(' and ') || 'such a place'
  return new RelayError('file_unusable', `The token could not be kept in ${names}.`, {
    hint: 'Keep it in a file that only you may read: --keep-in file',
  })
}
