import type { Millis } from '../base/clock.ts'
import type { Signer } from './signing.ts'

/** What a machine's set-up may do with the fleet: look for a runner's name, and with 'remove' take one away. */
export type RegistrationPurpose = 'registration' | 'remove'

const pattern = /^rqg_(registration|remove)_(\d{1,12})_([\w-]{43})$/

/** Needs no store: it says itself what it is for and until when. */
export function signRegistrationToken(signer: Signer, purpose: RegistrationPurpose, expires: Millis): string {
  const seconds = Math.floor(expires / 1000)
  return `rqg_${purpose}_${seconds}_${signer.sign('runner set-up', `${purpose} ${seconds}`)}`
}

/** null when it is none, or has expired. */
export function readRegistrationToken(
  signer: Signer,
  token: string,
  now: Millis,
): RegistrationPurpose | null {
  const [, purpose = '', seconds = '', signature = ''] = pattern.exec(token) ?? []
  if (Number(seconds) * 1000 <= now) return null
  if (!signer.verify('runner set-up', `${purpose} ${seconds}`, signature)) return null
  return purpose === 'remove' ? 'remove' : 'registration'
}
