import type { LineCounter, Node, Scalar, YAMLMap } from 'yaml'
import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import { nearestName } from '../base/nearest.ts'
import { settings } from './settings.ts'

interface Position {
  readonly line: number
  readonly column: number
}

export interface RepositoryValue extends Position {
  readonly value: string
}

const forms = new Map(
  settings.flatMap(({ yamlKey, yamlForm }) => (yamlKey === null ? [] : [[yamlKey, yamlForm] as const])),
)
const knownKeys = [...forms.keys()]

type YamlForm = (typeof settings)[number]['yamlForm']

const expected: Readonly<Record<YamlForm, { readonly words: string; readonly example: string }>> = {
  text: { words: 'text', example: '"..."' },
  switch: { words: 'true or false', example: 'true' },
  names: { words: 'names with a text each', example: '{name: "..."}' },
}

/**
 * Reads a relayq.yaml: a mapping from known keys to what each is to have. Throws `invalid_config` with `path:line:column`
 * for anything else. The YAML parser is loaded only here, so a repository without the file does not pay for it.
 */
export async function parseRepositoryFile(
  text: string,
  path: string,
): Promise<ReadonlyMap<string, RepositoryValue>> {
  const { LineCounter, isMap, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const fail = (offset: number, message: string, hint: string) => {
    const { line, column } = positionOf(lines, offset)
    return new RelayError('invalid_config', `${path}:${line}:${column}: ${message}`, { hint })
  }
  const [error] = document.errors
  if (error) throw fail(error.pos[0], error.message, 'Mend the YAML there.')
  if (document.contents === null) return new Map()
  if (!isMap(document.contents)) throw fail(0, 'expected a mapping.', `Known keys: ${knownKeys.join(', ')}.`)

  const values = new Map<string, RepositoryValue>()
  for (const { key, value } of (document.contents as YAMLMap<Scalar, Node | null>).items) {
    const name = String(key.value)
    const offset = key.range?.[0] ?? 0
    const form = forms.get(name)
    if (form === undefined) throw fail(offset, `unknown key "${name}".`, suggestion(name))
    const read = textOf(form, value?.toJS(document))
    if (read === null) {
      const { words, example } = expected[form]
      throw fail(value?.range?.[0] ?? offset, `${name} must be ${words}.`, `Write ${name}: ${example}`)
    }
    values.set(name, { value: read, ...positionOf(lines, offset) })
  }
  return values
}

/** As the setting has it elsewhere; null: it is not of that form. */
function textOf(form: YamlForm, value: unknown): string | null {
  if (form === 'switch') return typeof value === 'boolean' ? String(value) : null
  if (form === 'text') return typeof value === 'string' ? value : null
  if (!isJsonObject(value)) return null
  const entries = Object.entries(value)
  if (!entries.every(([, text]) => typeof text === 'string')) return null
  return entries.map(([name, text]) => `${name}=${text}`).join(',')
}

function suggestion(name: string): string {
  const nearest = nearestName(name, knownKeys)
  return nearest === null ? `Known keys: ${knownKeys.join(', ')}.` : `Did you mean ${nearest}?`
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
