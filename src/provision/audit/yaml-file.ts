import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml'

/** A YAML file by its nodes: what is there, and at which line. Nothing in it is trusted to have any shape. */
export class YamlFile {
  readonly path: string
  readonly root: YAMLMap
  readonly #text: string
  readonly #document: Document
  readonly #lines: LineCounter

  /** null: it is no YAML, or no mapping. */
  static read(path: string, text: string): YamlFile | null {
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
    const root = document.contents
    if (document.errors.length > 0 || !isMap(root)) return null
    return new YamlFile({ path, text, document, root, lines })
  }

  private constructor(parts: {
    readonly path: string
    readonly text: string
    readonly document: Document
    readonly root: YAMLMap
    readonly lines: LineCounter
  }) {
    this.path = parts.path
    this.root = parts.root
    this.#text = parts.text
    this.#document = parts.document
    this.#lines = parts.lines
  }

  /** The member of a mapping; null where there is none, or `node` is no mapping. */
  member(node: Node | null, key: string): Node | null {
    return this.members(node).find(([name]) => name === key)?.[1] ?? null
  }

  members(node: Node | null): readonly (readonly [string, Node | null])[] {
    if (!isMap(node)) return []
    return node.items.map(({ key, value }) => [textOf(this.#resolve(key)) ?? '', this.#resolve(value)])
  }

  items(node: Node | null): readonly (Node | null)[] {
    return isSeq(node) ? node.items.map(item => this.#resolve(item)) : []
  }

  /** `path:line`. `index`: of the nth `mark` in the source of the node, where one spelled so is there. */
  at(node: Node | null, nth = 0, mark = ''): string {
    const [start, end] = node?.range ?? []
    if (start === undefined || end === undefined) return this.path
    return `${this.path}:${this.#lines.linePos(start + nthIndex(this.#text.slice(start, end), mark, nth)).line}`
  }

  #resolve(value: unknown): Node | null {
    if (isAlias(value)) return value.resolve(this.#document) ?? null
    return isNode(value) ? value : null
  }
}

/** null for what is no scalar. */
export function textOf(node: Node | null): string | null {
  return isScalar(node) && node.value !== null ? String(node.value) : null
}

/** 0 where there are not as many. */
function nthIndex(text: string, mark: string, nth: number): number {
  let index = text.indexOf(mark)
  for (let seen = 0; seen < nth && index !== -1; seen += 1) index = text.indexOf(mark, index + 1)
  return Math.max(0, index)
}
