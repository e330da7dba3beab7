/** A half-open range of UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface Node {
  readonly next: Map<number, Node>
  /** The node of the longest proper suffix that begins a pattern. */
  fallback: Node | null
  /** Length of the longest pattern that ends here, 0 for none. */
  longest: number
}

/** Finds many patterns in one pass over a text (Aho and Corasick, 1975). */
export class Automaton {
  readonly #root: Node = newNode()

  constructor(patterns: Iterable<string>) {
    for (const pattern of patterns) this.#insert(pattern)
    this.#link()
  }

  /** The ranges covered by any pattern, in order, those that overlap or touch joined. */
  find(text: string): readonly Span[] {
    const spans: Span[] = []
    let node = this.#root
    for (let index = 0; index < text.length; index++) {
      node = this.#step(node, text.charCodeAt(index))
      if (node.longest > 0) join(spans, index + 1 - node.longest, index + 1)
    }
    return spans
  }

  #step(from: Node, unit: number): Node {
    let node: Node | null = from
    while (node !== null) {
      const next = node.next.get(unit)
      if (next !== undefined) return next
      node = node.fallback
    }
    return this.#root
  }

  #insert(pattern: string): void {
    let node = this.#root
    for (let index = 0; index < pattern.length; index++) {
      const unit = pattern.charCodeAt(index)
      let next = node.next.get(unit)
      if (next === undefined) {
        next = newNode()
        node.next.set(unit, next)
      }
      node = next
    }
    node.longest = pattern.length
  }

  /** Breadth first, so that a fallback, being shorter, is complete before it is used. */
  #link(): void {
    const queue = [this.#root]
    for (const node of queue) {
      for (const [unit, child] of node.next) {
        child.fallback = node.fallback === null ? this.#root : this.#step(node.fallback, unit)
        child.longest ||= child.fallback.longest
        queue.push(child)
      }
    }
  }
}

function newNode(): Node {
  return { next: new Map(), fallback: null, longest: 0 }
}

/** Ends never decrease, so only the last ranges can overlap a new one. */
function join(spans: Span[], start: number, end: number): void {
  let first = start
  for (let last = spans.at(-1); last !== undefined && last.end >= start; last = spans.at(-1)) {
    first = Math.min(first, last.start)
    spans.pop()
  }
  spans.push({ start: first, end })
}
