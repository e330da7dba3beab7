import { RelayError } from '../base/errors.ts'

/**
 * The text of an env file with `name` set to `value`, as parseEnvFile reads it; every other line stays as it is, and so
 * does a comment behind the value. Of several lines with that name the last one counts: it is changed, the others go.
 * Throws `invalid_input` for a value that such a file cannot hold.
 */
export function withEnvValue(text: string, name: string, value: string): string {
  const assignment = `${name}=${quoteEnvValue(name, value)}`
  const lines = splitLines(text)
  const last = lines.findLastIndex(({ text }) => nameOf(text) === name)
  if (last === -1) return appendLine(text, assignment)
  return lines
    .filter((line, index) => index === last || nameOf(line.text) !== name)
    .map(line => (nameOf(line.text) === name ? changeLine(line.text, name, value) : line.text) + line.end)
    .join('')
}

/** The text without any line that sets `name`. */
export function withoutEnvValue(text: string, name: string): string {
  return splitLines(text)
    .filter(line => nameOf(line.text) !== name)
    .map(line => line.text + line.end)
    .join('')
}

interface Line {
  readonly text: string
  /** '' only at the end of the file. */
  readonly end: string
}

function splitLines(text: string): readonly Line[] {
  const matches = text.matchAll(/(.*?)(\r?\n|$)/gs)
  return [...matches]
    .map(([, text = '', end = '']) => ({ text, end }))
    .filter(({ text, end }) => text !== '' || end !== '')
}

/** The same start of a line as parseEnvFile takes for an assignment. */
function nameOf(line: string): string | null {
  return /^\uFEFF?\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1] ?? null
}

function changeLine(line: string, name: string, value: string): string {
  const start = /^[^=]*=\s*/.exec(line)?.[0] ?? `${name}=`
  return `${start}${quoteEnvValue(name, value)}${commentOf(line.slice(start.length))}`
}

/** What stands behind the value, with the space before it. */
function commentOf(rest: string): string {
  const quoted = /^(?:'[^']*'|"(?:[^"\\]|\\.)*")(\s+#.*)$/.exec(rest)
  if (quoted) return quoted[1] ?? ''
  if (/^['"]/.test(rest)) return ''
  return rest.startsWith('#') ? ` ${rest}` : (/\s+#.*$/.exec(rest)?.[0] ?? '')
}

function appendLine(text: string, line: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const before = text === '' || text.endsWith('\n') ? text : `${text}${end}`
  return `${before}${line}${end}`
}

/** Plain where that is clear, else in quotes that mean the same to parseEnvFile and to a shell. */
function quoteEnvValue(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value
  if (/(?![\n\t])[\p{Cc}\u2028\u2029]/u.test(value)) {
    throw new RelayError('invalid_input', `The value of ${name} holds a control character.`, {
      hint: 'Check what was pasted; a value is one line of text, or several.',
    })
  }
  if (!/['\n\t]/.test(value)) return `'${value}'`
  return `"${value
    .replace(/[\\"$]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')}"`
}
