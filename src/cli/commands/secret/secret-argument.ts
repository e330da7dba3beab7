import { RelayError } from '../../../base/errors.ts'

/** The name of a secret as written. Throws `usage` where its value stands beside it, without saying it again. */
export function secretArgument(written: string, verb: string): string {
  const [name = ''] = written.split('=', 1)
  if (name === written) return written
  throw new RelayError('usage', 'A secret is no argument: other users of this machine can read it there.', {
    hint: `Take it out of your shell's history, and type it when asked: relayq secret ${verb} ${name}`,
  })
}
