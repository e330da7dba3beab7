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
import { RelayError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'

/** A mapping's entry with the place of its key, so that a complaint can point at it. */
export interface Entry {
  readonly key: string
  readonly keyNode: Node | null
  readonly value: Node | null
}

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

  /** A list of names. One bare name is refused with the spelling that works. */
  names(node: Node | null, what: string): readonly string[] {
    const resolved = this.#resolve(node)
    if (!isSeq(resolved)) {
      const hint = isScalar(resolved) && resolved.value !== null ? `Write [${String(resolved.value)}].` : null
      throw this.fail(node, `${what} must be a list of labels, not ${describe(resolved)}`, hint)
    }
    return resolved.items.map(item => this.#name(item as Node, what))
  }

  boolean(node: Node | null, what: string): boolean {
    const resolved = this.#resolve(node)
    if (isScalar(resolved) && typeof resolved.value === 'boolean') return resolved.value
    throw this.fail(node, `${what} must be true or false, not ${describe(resolved)}`, null)
  }

  positiveNumber(node: Node | null, what: string): number {
    const resolved = this.#resolve(node)
    const value = isScalar(resolved) ? resolved.value : null
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
    throw this.fail(node, `${what} must be a number above 0, not ${describe(resolved)}`, null)
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

  #name(node: Node, what: string): string {
    const resolved = this.#resolve(node)
    const value = isScalar(resolved) ? resolved.value : null
    if (typeof value === 'string' && /^[^\s,][^,\n]*$/.test(value) && value.length <= 256) return value
    throw this.fail(node, `${what} must hold labels, not ${describe(resolved)}`, null)
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

function describe(node: Node | null): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (!isScalar(node) || node.value === null) return 'empty'
  return JSON.stringify(node.value) ?? String(node.value)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
