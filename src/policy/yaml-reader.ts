import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { parseDuration } from '../base/duration.ts'
import { RelayError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'

/** A mapping's entry with the place of its key, so that a complaint can point at it. */
export interface Entry {
  readonly key: string
  readonly keyNode: Node | null
  readonly value: Node | null
}

export interface NumberRange {
  readonly least?: number
  readonly most?: number
  readonly above?: number
  readonly whole?: boolean
}

/** A workflow run lasts 35 days at most, waiting included (docs/protocol.md, "Limits"). */
const longestSeconds = 35 * 86_400

/** Reads one YAML file as a typed shape; every complaint is an `invalid_policy` with `path:line:column`. */
export class YamlReader {
  readonly root: Node | null
  readonly #path: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed

  constructor(text: string, path: string) {
    this.#path = path
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    this.root = this.#document.contents
    const [error] = this.#document.errors
    if (!error) return
    const hint =
      error.code === 'DUPLICATE_KEY' ? 'Keep one of the two.' : 'See the example in policy/policy.yaml.'
    throw this.#errorAt(error.pos[0], lowerFirst(error.message), hint)
  }

  /** The entries of a mapping whose keys must be among `known`; null known: any name. */
  mapping(node: Node | null, what: string, known: readonly string[] | null): readonly Entry[] {
    const resolved = this.#resolve(node)
    if (!isMap(resolved)) throw this.fail(node, `${what} must be a mapping, not ${describe(resolved)}`, null)
    return resolved.items.map(pair => this.#entry(pair as Pair<Node, Node | null>, what, known))
  }

  /** The items of a list. One bare value is refused with the spelling that works; `items` says what they are. */
  list<Item>(node: Node | null, what: string, items: string, read: (item: Node) => Item): readonly Item[] {
    const resolved = this.#resolve(node)
    if (isSeq(resolved)) return resolved.items.map(item => read(item as Node))
    const hint = isScalar(resolved) && resolved.value !== null ? `Write [${String(resolved.value)}].` : null
    throw this.fail(node, `${what} must be a list of ${items}, not ${describe(resolved)}`, hint)
  }

  /** A list of labels, or of other plain names. */
  names(node: Node | null, what: string, items: string): readonly string[] {
    return this.list(node, what, items, item => this.name(item, what, items))
  }

  isMapping(node: Node | null): boolean {
    return isMap(this.#resolve(node))
  }

  /** A label or the name of a machine or program. */
  name(node: Node | null, what: string, items: string): string {
    const value = this.#scalar(node)
    if (typeof value === 'string' && /^[^\s,][^,\n]*$/.test(value) && value.length <= 256) return value
    throw this.fail(node, `${what} must hold ${items}, not ${this.#describe(node)}`, null)
  }

  text(node: Node | null, what: string, likeThis: string): string {
    const value = this.#scalar(node)
    if (typeof value === 'string') return value
    throw this.fail(node, `${what} must be ${likeThis}, not ${this.#describe(node)}`, null)
  }

  choice<Value extends string>(node: Node | null, what: string, values: readonly Value[]): Value {
    const value = this.#scalar(node)
    const found = values.find(known => known === value)
    if (found !== undefined) return found
    const nearest = typeof value === 'string' ? nearestName(value, values) : null
    const known = `${what} must be one of ${values.join(', ')}, not ${this.#describe(node)}`
    throw this.fail(node, known, nearest ? `Did you mean ${nearest}?` : null)
  }

  boolean(node: Node | null, what: string): boolean {
    const resolved = this.#resolve(node)
    if (isScalar(resolved) && typeof resolved.value === 'boolean') return resolved.value
    throw this.fail(node, `${what} must be true or false, not ${describe(resolved)}`, null)
  }

  /** `least` and `most` are allowed; `above`: a number that is not. */
  number(node: Node | null, what: string, range: NumberRange): number {
    const value = this.#scalar(node)
    const isNumber = typeof value === 'number' && Number.isFinite(value)
    if (isNumber && isInRange(value, range)) return value
    throw this.fail(node, `${what} must be ${describeRange(range)}, not ${this.#describe(node)}`, null)
  }

  /** In seconds, at least `least`. */
  duration(node: Node | null, what: string, least: number): number {
    const value = this.#scalar(node)
    const seconds = typeof value === 'string' ? parseDuration(value) : null
    if (seconds !== null && seconds >= least && seconds <= longestSeconds) return seconds
    const range = `from ${least}s to 35d`
    const likeThis = `a duration such as 90s, 10m or 2h, ${range}`
    const hint = typeof value === 'number' ? `Write ${value}s or ${value}m.` : null
    throw this.fail(node, `${what} must be ${likeThis}, not ${this.#describe(node)}`, hint)
  }

  fail(node: Node | null, message: string, hint: string | null): RelayError {
    return this.#errorAt(node?.range?.[0] ?? 0, message, hint)
  }

  #entry(pair: Pair<Node, Node | null>, what: string, known: readonly string[] | null): Entry {
    const key = isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : null
    if (key === null) throw this.fail(pair.key, `a key of ${what} must be a plain name`, null)
    if (known && !known.includes(key)) {
      const nearest = nearestName(key, known)
      const hint = nearest ? `Did you mean ${nearest}?` : `Known keys: ${known.join(', ')}.`
      throw this.fail(pair.key, `unknown key ${JSON.stringify(key)} in ${what}`, hint)
    }
    return { key, keyNode: pair.key, value: pair.value }
  }

  #scalar(node: Node | null): unknown {
    const resolved = this.#resolve(node)
    return isScalar(resolved) ? resolved.value : null
  }

  #describe(node: Node | null): string {
    return describe(this.#resolve(node))
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node
  }

  #errorAt(offset: number, message: string, hint: string | null): RelayError {
    const { line, col } = this.#lines.linePos(offset)
    const text = `${this.#path}:${line}:${col}: ${message.replace(/\.$/, '')}.`
    return new RelayError('invalid_policy', text, hint === null ? {} : { hint })
  }
}

export function findEntry(entries: readonly Entry[], key: string): Entry | null {
  return entries.find(entry => entry.key === key) ?? null
}

function describe(node: Node | null): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (!isScalar(node) || node.value === null) return 'empty'
  return JSON.stringify(node.value) ?? String(node.value)
}

function isInRange(value: number, { least, most, above, whole }: NumberRange): boolean {
  if (whole && !Number.isInteger(value)) return false
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity) && value > (above ?? -Infinity)
}

function describeRange({ least, most, above, whole }: NumberRange): string {
  const kind = whole ? 'a whole number' : 'a number'
  if (above !== undefined) return `${kind} above ${above}${most === undefined ? '' : `, at most ${most}`}`
  return `${kind} from ${least} to ${most}`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
