import { text } from 'node:stream/consumers'
import { RelayError } from '../../base/errors.ts'
import type { RelayQ } from '../../compose.ts'
import type { BrokerTarget } from '../../config/broker-target.ts'
import { tokenOrigins } from '../../config/broker-token.ts'
import { readKeptToken } from '../../config/kept-queues.ts'
import type { Streams } from '../streams.ts'
import type { FoundToken } from './examine-tokens.ts'

/** Tokens of one line each. Throws `usage` for anything that is none. */
export async function readGivenTokens(streams: Streams): Promise<readonly FoundToken[]> {
  const lines = (await text(streams.in)).split('\n').map(line => line.trim())
  const tokens = lines.filter(line => line !== '').map(value => givenToken(value, 'standard input'))
  if (tokens.length > 0 && tokens.length < 3) return tokens
  throw new RelayError('usage', 'Standard input holds no token, or more than two.', {
    hint: 'Give one or two, each on a line of its own: relayq init OWNER/REPO --token-stdin < FILE',
  })
}

/** It becomes part of a header: printable ASCII without a space. The message does not repeat it. */
export function givenToken(value: string, origin: string): FoundToken {
  if (/^[\x21-\x7e]{10,255}$/.test(value)) return { value, origin, isGiven: true }
  throw new RelayError(
    'usage',
    `What ${origin} gave is no token: it is too short, too long, or has spaces.`,
    {
      hint: 'A token of GitHub begins with github_pat_ or ghp_ and is one word.',
    },
  )
}

/** Those that commands would use for this target, and the one that was kept for setting up; each once. */
export async function findTokens(relayq: RelayQ, target: BrokerTarget): Promise<readonly FoundToken[]> {
  const origins = [
    ...tokenOrigins(target, relayq.brokerSources()),
    { origin: 'relayq init (to enrol)', read: () => readKeptToken(relayq.paths, target, 'enrol') },
  ]
  const found: FoundToken[] = []
  for (const { origin, read } of origins) {
    const value = await read()
    const isNew = value !== null && found.every(token => token.value !== value)
    if (isNew) found.push({ value, origin, isGiven: false })
  }
  return found
}
