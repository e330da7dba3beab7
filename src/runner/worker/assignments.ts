export type Assignment = readonly [name: string, value: string]

/**
 * Reads `name=value` lines and heredocs (`name<<DELIMITER`, lines, `DELIMITER`), the form of GITHUB_OUTPUT, GITHUB_ENV
 * and GITHUB_STATE. The first error is reported and ends the reading: what follows cannot be told from a value any more.
 */
export function parseAssignments(text: string, report: (problem: string) => void): readonly Assignment[] {
  const lines = new Lines(text)
  const found: Assignment[] = []
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (line.text === '') continue
    const assignment = readAssignment(line.text, lines)
    if (typeof assignment === 'string') {
      report(`line ${line.number}: ${assignment}`)
      break
    }
    found.push(assignment)
  }
  return found
}

/** The assignment that begins with `line`, or what is wrong with it. */
function readAssignment(line: string, lines: Lines): Assignment | string {
  const equals = line.indexOf('=')
  const heredoc = line.indexOf('<<')
  if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
    const name = line.slice(0, equals)
    return name === '' ? 'the name before = is missing' : [name, line.slice(equals + 1)]
  }
  if (heredoc < 0) return `neither NAME=VALUE nor NAME<<DELIMITER: '${line.slice(0, 80)}'`
  const name = line.slice(0, heredoc)
  const delimiter = line.slice(heredoc + 2)
  if (name === '') return 'the name before << is missing'
  if (delimiter === '') return `${name}<< needs a delimiter`
  const value = readUntil(delimiter, lines)
  return value === null ? `the delimiter '${delimiter}' of ${name} does not follow` : [name, value]
}

/** The value keeps its own line ends, without the one before the delimiter. */
function readUntil(delimiter: string, lines: Lines): string | null {
  let value = ''
  let lineEnd = ''
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (line.text === delimiter) return value
    value += lineEnd + line.text
    lineEnd = line.end
  }
  return null
}

class Lines {
  readonly #text: string
  readonly #line = /([^\r\n]*)(\r\n|\n|\r|$)/y
  #number = 0

  constructor(text: string) {
    this.#text = text
  }

  next(): { readonly text: string; readonly end: string; readonly number: number } | null {
    if (this.#line.lastIndex >= this.#text.length) return null
    const [, text = '', end = ''] = this.#line.exec(this.#text) ?? []
    this.#number += 1
    return { text, end, number: this.#number }
  }
}
