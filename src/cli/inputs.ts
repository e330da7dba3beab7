import { RelayError } from '../base/errors.ts'

const inputName = /^[A-Za-z_][A-Za-z0-9_-]*$/

/**
 * Reads `name=value` arguments. The value begins after the first `=` and may hold more of them (`url=https://x?a=b`) or
 * be empty. Throws `usage` for an argument without `=`, a strange name, or a name given twice.
 */
export function parseInputs(args: readonly string[]): Readonly<Record<string, string>> {
  const inputs = new Map<string, string>()
  for (const argument of args) {
    const at = argument.indexOf('=')
    const name = argument.slice(0, Math.max(at, 0))
    if (at < 0 || !inputName.test(name)) {
      throw new RelayError('usage', `"${argument}" is not an input.`, {
        hint: 'Write inputs as name=value, such as url=https://example.com/a.mp3.',
      })
    }
    if (inputs.has(name))
      throw new RelayError('usage', `The input ${name} is given twice.`, { hint: 'Keep one.' })
    inputs.set(name, argument.slice(at + 1))
  }
  return Object.fromEntries(inputs)
}
