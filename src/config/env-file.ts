/** What an env file says, and the lines that could not be read (numbers from 1). */
export interface EnvFile {
  readonly values: ReadonlyMap<string, string>
  readonly problems: readonly { readonly line: number; readonly message: string }[]
}

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/

/**
 * Reads `KEY=VALUE` lines as data; nothing is ever executed or expanded. Comments (`#` at the start of a line or after
 * a space), blank lines, an `export ` prefix and quotes are understood: 'single' as it stands, "double" with \n \t \" \\.
 * The last of several lines with the same key wins. A line that is none of these is reported and skipped.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>()
  const problems: { line: number; message: string }[] = []
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const match = assignment.exec(line)
    const value = match ? readValue(match[2] ?? '') : null
    if (match?.[1] === undefined) problems.push({ line: index + 1, message: 'is not KEY=VALUE' })
    else if (value === null)
      problems.push({ line: index + 1, message: `the quotes of ${match[1]} do not end` })
    else values.set(match[1], value)
  }
  return { values, problems }
}

/** null: the text begins with a quote that has no end, or something other than a comment follows its end. */
function readValue(text: string): string | null {
  const single = /^'([^']*)'(?:\s*|\s+#.*)$/.exec(text)
  if (single) return single[1] ?? ''
  const double = /^"((?:[^"\\]|\\.)*)"(?:\s*|\s+#.*)$/.exec(text)
  if (double) return unquote(double[1] ?? '')
  if (text.startsWith("'") || text.startsWith('"')) return null
  return text.startsWith('#') ? '' : text.replace(/\s+#.*$/, '')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', $: '$' }

function unquote(text: string): string {
  return text.replace(/\\(.)/g, (whole, character: string) => escapes[character] ?? whole)
}
