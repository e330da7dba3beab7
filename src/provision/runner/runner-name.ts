import { RelayError } from '../../base/errors.ts'

/**
 * A name is also a folder, a service and a word in a shell command: letters, digits, dots, dashes and underscores, at
 * most 64 (GitHub's limit), beginning with a letter or digit. Throws `usage`.
 */
export function requireRunnerName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) return name
  throw new RelayError('usage', `${JSON.stringify(name)} cannot be the name of a runner.`, {
    hint: 'Use up to 64 letters, digits, dots, dashes and underscores, such as --name rpi4-kitchen.',
  })
}
