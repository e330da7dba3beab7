import type { LineCounter, Node, Scalar, YAMLMap } from 'yaml'
import { RelayError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'
import { settings } from './settings.ts'

interface Position {
  readonly line: number
  readonly column: number
}

export interface RepositoryValue extends Position {
  readonly value: string
}

const knownKeys = settings.flatMap(({ yamlKey }) => (yamlKey === null ? [] : [yamlKey]))

/**
 * Reads a relayq.yaml: a flat mapping from known keys to text. Throws `invalid_config` with `path:line:column` for
 * anything else. The YAML parser is loaded only here, so a repository without the file does not pay for it.
 */
export async function parseRepositoryFile(
  text: string,
  path: string,
): Promise<ReadonlyMap<string, RepositoryValue>> {
  const { LineCounter, isMap, isScalar, parseDocument } = await import('yaml')
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
    if (!knownKeys.includes(name)) throw fail(offset, `unknown key "${name}".`, suggestion(name))
    if (!isScalar(value) || typeof value.value !== 'string') {
      throw fail(value?.range?.[0] ?? offset, `${name} must be text.`, `Write ${name}: "..."`)
    }
    values.set(name, { value: value.value, ...positionOf(lines, offset) })
  }
  return values
}

function suggestion(name: string): string {
  const nearest = nearestName(name, knownKeys)
  return nearest === null ? `Known keys: ${knownKeys.join(', ')}.` : `Did you mean ${nearest}?`
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
