/**
 * A runner's log as people read it: GitHub marks what a step is given as a group (docs.github.com, "Workflow commands",
 * "Grouping log lines"), of which its page shows the heading alone.
 */
export class FoldedLog {
  #isInGroup = false

  /** What to show of a line; null: nothing. */
  line(text: string): string | null {
    const [, mark, rest = ''] = /^##\[(group|endgroup|error|warning)\](.*)$/.exec(text) ?? []
    if (mark === 'group' || mark === 'endgroup') {
      this.#isInGroup = mark === 'group'
      return mark === 'group' ? `▸ ${rest}` : null
    }
    if (mark !== undefined) return `${mark}: ${rest}`
    return this.#isInGroup ? null : text
  }
}
