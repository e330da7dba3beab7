import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { asError, RelayError } from '../../../base/errors.ts'
import type { TemplateToken } from '../../../model/template-token.ts'
import { conditionOfText, tokenOfText } from './composite-tokens.ts'

type YamlNode = Node | null | undefined

/** A YAML file that is read member by member; whatever is wrong is told with its line. */
export class YamlSource {
  readonly root: YamlNode
  readonly #path: string
  readonly #lines = new LineCounter()
  readonly #document

  /** `path` is for messages. Throws RelayError `invalid_workflow`, as every method does. */
  constructor(path: string, text: string) {
    this.#path = path
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const [error] = this.#document.errors
    if (error) throw this.#error(this.#lines.linePos(error.pos[0]).line, error.message)
    this.root = this.#document.contents
  }

  /** The error for something wrong at `node`. */
  error(node: YamlNode, message: string): RelayError {
    const line = node?.range ? this.#lines.linePos(node.range[0]).line : 1
    return this.#error(line, message)
  }

  /** Members in the order of the file; none where nothing is declared. */
  members(node: YamlNode, what: string): ReadonlyMap<string, YamlNode> {
    const mapping = this.#resolved(node)
    if (isAbsent(mapping)) return new Map()
    if (!isMap(mapping)) throw this.error(node, `${what} must be a mapping`)
    return new Map(
      mapping.items.map(({ key, value }) => [
        this.text(key as YamlNode, `a key of ${what}`),
        value as YamlNode,
      ]),
    )
  }

  items(node: YamlNode, what: string): readonly YamlNode[] {
    const sequence = this.#resolved(node)
    if (!isSeq(sequence)) throw this.error(node, `${what} must be a list`)
    return sequence.items as readonly YamlNode[]
  }

  /** The text of a scalar; numbers and booleans become strings as GitHub makes them, nothing becomes ''. */
  text(node: YamlNode, what: string): string {
    const scalar = this.#resolved(node)
    if (isAbsent(scalar)) return ''
    if (!isScalar(scalar)) throw this.error(node, `${what} must be a single value`)
    return String(scalar.value)
  }

  boolean(node: YamlNode, what: string): boolean {
    const text = this.text(node, what)
    if (text !== '' && text !== 'true' && text !== 'false')
      throw this.error(node, `${what} must be true or false`)
    return text === 'true'
  }

  /** A string with its expressions split out; null where nothing is declared. */
  token(node: YamlNode, what: string): TemplateToken {
    if (isAbsent(this.#resolved(node))) return null
    return this.#split(node, () => tokenOfText(this.text(node, what)))
  }

  /** true, false or an expression that gives one. */
  booleanToken(node: YamlNode, what: string): TemplateToken {
    const token = this.token(node, what)
    return typeof token === 'string' ? this.boolean(node, what) : token
  }

  mappingToken(node: YamlNode, what: string): TemplateToken {
    if (isAbsent(this.#resolved(node))) return null
    const members = [...this.members(node, what)]
    return {
      type: 2,
      map: members.map(([key, value]) => ({ Key: key, Value: this.token(value, `${what}.${key}`) ?? '' })),
    }
  }

  condition(node: YamlNode, what: string): string {
    return this.#split(node, () => conditionOfText(this.text(node, what)))
  }

  #split<T>(node: YamlNode, read: () => T): T {
    try {
      return read()
    } catch (thrown) {
      if (thrown instanceof SyntaxError) throw this.error(node, asError(thrown).message)
      throw thrown
    }
  }

  #resolved(node: YamlNode): YamlNode {
    return isAlias(node) ? node.resolve(this.#document) : node
  }

  #error(line: number, message: string): RelayError {
    return new RelayError('invalid_workflow', `${this.#path}:${line}: ${message}`, {
      hint: `Mend line ${line} of ${this.#path}.`,
    })
  }
}

function isAbsent(node: YamlNode): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}
