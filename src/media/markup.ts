/** A start or end tag of an HTML or XML document. */
export interface Tag {
  /** In lower case, with its prefix: `og:audio`'s element is `meta`, a feed's `itunes:duration` stays so. */
  readonly name: string
  readonly isEnd: boolean
  /** Names in lower case; values with the five entities of XML and character references resolved, and no others. */
  readonly attributes: ReadonlyMap<string, string>
  /** What follows up to the next tag; of a `script` up to its end. */
  readonly text: string
}

/** A tag that is longer is none. */
const longestTag = 65_536

/**
 * The tags of a document from a stranger, in order. It declares nothing and nests nothing: document types are skipped and
 * entities never expanded, so that its cost is its length. Damaged markup gives fewer tags, never an error.
 */
export function* readTags(markup: string): Generator<Tag> {
  let at = markup.indexOf('<')
  while (at >= 0) {
    const end = endOf(markup, at)
    if (end === null) return
    const tag = tagOf(markup, at, end)
    if (tag) yield tag
    at = tag?.name === 'script' && !tag.isEnd ? end + tag.text.length : end
    at = markup.indexOf('<', at)
  }
}

/** Where what begins with `<` ends; null where it does not. */
function endOf(markup: string, at: number): number | null {
  if (markup.startsWith('<!--', at)) return after(markup, '-->', at)
  if (markup.startsWith('<![CDATA[', at)) return after(markup, ']]>', at)
  const pattern = /["'>]/g
  pattern.lastIndex = at
  for (let found = pattern.exec(markup); found !== null; found = pattern.exec(markup)) {
    if (found[0] === '>') return found.index + 1
    const closing = markup.indexOf(found[0], found.index + 1)
    if (closing < 0) return null
    pattern.lastIndex = closing + 1
  }
  return null
}

function after(markup: string, mark: string, at: number): number | null {
  const found = markup.indexOf(mark, at)
  return found < 0 ? null : found + mark.length
}

function tagOf(markup: string, at: number, end: number): Tag | null {
  if (end - at > longestTag) return null
  const inside = markup.slice(at + 1, end - 1)
  const [, slash, name, rest] = /^(\/?)([a-z][\w.:-]*)([\s\S]*)$/i.exec(inside) ?? []
  if (name === undefined || rest === undefined) return null
  const tag = { name: name.toLowerCase(), isEnd: slash === '/', attributes: attributesOf(rest) }
  return { ...tag, text: tag.isEnd ? '' : textAt(markup, tag.name, end) }
}

const attribute = /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(attribute)) {
    const key = name.toLowerCase()
    if (!attributes.has(key)) attributes.set(key, decode(double ?? single ?? bare ?? ''))
  }
  return attributes
}

function textAt(markup: string, name: string, at: number): string {
  if (name === 'script') {
    const closing = /<\/script/gi
    closing.lastIndex = at
    return markup.slice(at, closing.exec(markup)?.index ?? markup.length)
  }
  const cdata = /\s*<!\[CDATA\[/y
  cdata.lastIndex = at
  if (cdata.test(markup)) {
    const end = markup.indexOf(']]>', cdata.lastIndex)
    return end < 0 ? '' : markup.slice(cdata.lastIndex, end).trim()
  }
  const next = markup.indexOf('<', at)
  return decode(markup.slice(at, next < 0 ? markup.length : next)).trim()
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replaceAll(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name, dec, hex) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole
      const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
