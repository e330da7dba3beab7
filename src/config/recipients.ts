import { RelayError } from '../base/errors.ts'

/** RELAYQ_ENCRYPT. A word that is neither is no "no": throws `invalid_config`. */
export function parseEncrypt(word: string): boolean {
  if (word === 'true' || word === 'false' || word === '') return word === 'true'
  throw new RelayError('invalid_config', `RELAYQ_ENCRYPT cannot be ${JSON.stringify(word.slice(0, 40))}.`, {
    hint: 'It is true or false.',
  })
}

/** age's own form, in Bech32: `age1...`. Whether it is a key the encryption finds out. */
const recipientForm = /^age1[0-9a-z]{20,4000}$/

/**
 * The public keys of machines, by the name or a label of each, in lower case: of `macmini=age1..., rpi4=age1...`. Throws
 * `invalid_config`.
 */
export function parseRecipients(text: string): ReadonlyMap<string, string> {
  const recipients = new Map<string, string>()
  for (const entry of text.split(',').map(part => part.trim())) {
    if (entry === '') continue
    const [, name = '', recipient = ''] = /^([^\s=]+)\s*=\s*(\S+)$/.exec(entry) ?? []
    if (!recipientForm.test(recipient)) throw notReadable(entry)
    recipients.set(name.toLowerCase(), recipient)
  }
  return recipients
}

function notReadable(entry: string): RelayError {
  // Nobody means to write it here, yet a secret key looks much like a public one.
  const shown = /secret/i.test(entry) ? 'a secret key' : JSON.stringify(entry.slice(0, 80))
  return new RelayError('invalid_config', `The recipients cannot have ${shown}.`, {
    hint: 'Each is the name of a machine and what relayq runner key prints there: macmini: age1...',
  })
}
