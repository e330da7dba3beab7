import { isoSeconds } from '../../base/clock.ts'
import type { Identity } from '../auth.ts'
import type { HubContext } from '../context.ts'
import type { Signature } from '../repository/repository.ts'
import { Malformed, optional, type Reader, shape, text } from '../untrusted.ts'

/** A name or an address as a commit can hold it: on one line, without the brackets that delimit it. */
const readPart: Reader<string> = value => {
  const part = text(255, 1)(value).trim()
  if (part === '' || /[<>\p{Cc}]/u.test(part)) throw new Malformed('name or address')
  return part
}

const readDate: Reader<string> = value => {
  const at = Date.parse(text(40)(value))
  if (!(at >= 0 && at < 253_402_300_800_000)) throw new Malformed('date')
  return isoSeconds(at)
}

/** Author, committer or tagger of a request; '' for a date that is not given. */
export const readSignature: Reader<Signature> = shape({
  name: readPart,
  email: readPart,
  date: optional(readDate, ''),
})

/** What a commit or a tag says. */
export const readMessage: Reader<string> = value => {
  const message = text(1024 * 1024, 1)(value)
  if (message.includes('\0')) throw new Malformed('text without NUL')
  return message
}

/** `given`, or whoever asks, as GitHub does: a job is `github-actions[bot]`, everyone else the repository's owner. */
export function signatureOf(
  { repository, clock }: HubContext,
  identity: Identity,
  given: Signature | null,
): Signature {
  const date = isoSeconds(clock())
  if (given) return { ...given, date: given.date || date }
  if (identity.kind === 'job') return { ...bot, date }
  return { name: repository.owner, email: `${repository.owner}@users.noreply.github.com`, date }
}

/** As the README of actions/checkout has a workflow call itself. */
const bot = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
}
