import { createHmac, timingSafeEqual } from 'node:crypto'
import { loadKey } from './key-file.ts'

/** Signs what the hub hands out, so that it need not remember it. `purpose` keeps signatures of one kind from passing for another. */
export interface Signer {
  sign(purpose: string, text: string): string
  /** In constant time. */
  verify(purpose: string, text: string, signature: string): boolean
}

/** The key lives in the hub's state folder (0600), so that URLs and tokens outlast a restart. */
export function openSigner(stateDir: string): Signer {
  const key = loadKey(stateDir, 'signing.key')
  const sign = (purpose: string, text: string): string =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url')
  return { sign, verify: (purpose, text, signature) => sameText(sign(purpose, text), signature) }
}

function sameText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
