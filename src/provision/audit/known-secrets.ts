import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readIfThere } from '../../base/read-if-there.ts'

/** Names what looks like a secret and is worthless, a test's above all: a fingerprint a line, then why. */
export const knownSecretsFile = '.relayq-known-secrets'

/** 16 hex digits of its SHA-256: enough to know a secret again by, and of no use to get at it. */
export function fingerprintOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 16)
}

/** The fingerprints that the checkout's own file names; `#` begins a comment. None where there is no such file. */
export function readKnownSecrets(checkout: string): ReadonlySet<string> {
  const lines = (readIfThere(join(checkout, knownSecretsFile)) ?? '').split('\n')
  return new Set(lines.flatMap(line => /^[0-9a-f]{16}(?=\s|$)/.exec(line) ?? []))
}
