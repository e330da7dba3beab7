import { isJsonObject, parseJson } from '../base/json.ts'
import { readTags, type Tag } from './markup.ts'

export interface FoundAudio {
  /** An absolute http or https address. */
  readonly url: string
  readonly title: string | null
  readonly in: 'feed' | 'page'
}

/**
 * The audio a document from `base` leads to: of a feed (RSS 2.0, Atom, Media RSS) the newest enclosure, of a web page what
 * it names by `enclosure`, `og:audio`, `<audio>` or JSON-LD, in this order. null: none.
 */
export function findAudio(markup: string, base: string): FoundAudio | null {
  const [root] = readTags(markup)
  if (root && feedRoots.has(root.name)) return newestOf(readTags(markup), base)
  return audioOfPage(readTags(markup), base)
}

const feedRoots: ReadonlySet<string> = new Set(['rss', 'feed', 'rdf:rdf'])
const entries: ReadonlySet<string> = new Set(['item', 'entry'])
const dates: ReadonlySet<string> = new Set(['pubdate', 'published', 'updated', 'dc:date'])

interface Entry {
  url: string | null
  title: string | null
  /** Milliseconds; -Infinity where the feed does not say. */
  at: number
}

/** Without dates the first is the newest: feeds are written so. */
function newestOf(tags: Iterable<Tag>, base: string): FoundAudio | null {
  let newest: Entry | null = null
  let entry: Entry | null = null
  for (const tag of tags) {
    if (entries.has(tag.name)) {
      if (entry && entry.url !== null && (newest === null || entry.at > newest.at)) newest = entry
      entry = tag.isEnd ? null : { url: null, title: null, at: Number.NEGATIVE_INFINITY }
    } else if (entry && !tag.isEnd) readInto(entry, tag, base)
  }
  return newest?.url ? { url: newest.url, title: newest.title, in: 'feed' } : null
}

function readInto(entry: Entry, tag: Tag, base: string): void {
  entry.url ??= enclosureOf(tag, base)
  if (tag.name === 'title') entry.title ??= shown(tag.text)
  const at = dates.has(tag.name) ? Date.parse(tag.text) : Number.NaN
  if (!Number.isNaN(at)) entry.at = Math.max(entry.at, at)
}

function enclosureOf({ name, attributes }: Tag, base: string): string | null {
  const isEnclosure =
    name === 'enclosure' ||
    name === 'media:content' ||
    (name === 'link' && attributes.get('rel')?.toLowerCase() === 'enclosure')
  if (!isEnclosure || notAudio.test(attributes.get('type') ?? '')) return null
  return webAddress(attributes.get('url') ?? attributes.get('href'), base)
}

const notAudio = /^(?:image|text)\/|^application\/(?:pdf|epub|json|xml)/i

function audioOfPage(tags: Iterable<Tag>, base: string): FoundAudio | null {
  const found: { rank: number; url: string }[] = []
  let title: string | null = null
  let inAudio = false
  for (const tag of tags) {
    if (tag.name === 'audio') inAudio = !tag.isEnd
    if (tag.isEnd) continue
    if (tag.name === 'title') title ??= shown(tag.text)
    found.push(...audioOfTag(tag, base, inAudio))
  }
  const [best] = found.toSorted((one, other) => one.rank - other.rank)
  return best ? { url: best.url, title, in: 'page' } : null
}

function audioOfTag(tag: Tag, base: string, inAudio: boolean): { rank: number; url: string }[] {
  const { name, attributes } = tag
  const ranked = (rank: number, addresses: readonly (string | null | undefined)[]) =>
    addresses.flatMap(address => webAddress(address, base) ?? []).map(url => ({ rank, url }))
  const enclosure = enclosureOf(tag, base)
  if (enclosure !== null) return ranked(0, [enclosure])
  const property = (attributes.get('property') ?? attributes.get('name') ?? '').toLowerCase()
  if (name === 'meta' && ogAudio.has(property)) return ranked(1, [attributes.get('content')])
  if (name === 'audio' || (name === 'source' && inAudio)) return ranked(2, [attributes.get('src')])
  if (name === 'script' && attributes.get('type')?.toLowerCase() === 'application/ld+json')
    return ranked(3, audioOfLinkedData(tag.text))
  return []
}

const ogAudio: ReadonlySet<string> = new Set(['og:audio', 'og:audio:url', 'og:audio:secure_url'])

/** Bounds for what a stranger nests. */
const mostNodes = 10_000

/** schema.org: `contentUrl` of an AudioObject, also within a PodcastEpisode. */
function audioOfLinkedData(text: string): readonly string[] {
  const found: string[] = []
  const left: unknown[] = [parseJson(text)]
  for (let seen = 0; left.length > 0 && seen < mostNodes; seen++) {
    const node = left.shift()
    const inner: unknown[] = typeof node === 'object' && node !== null ? Object.values(node) : []
    left.push(...inner.slice(0, mostNodes - Math.min(left.length, mostNodes)))
    if (!isJsonObject(node)) continue
    const { contentUrl } = node
    const types = [node['@type']].flat()
    const isAudio = types.includes('AudioObject') || types.includes('MediaObject')
    if (isAudio && typeof contentUrl === 'string') found.push(contentUrl)
  }
  return found
}

function webAddress(address: string | null | undefined, base: string): string | null {
  const url = address ? URL.parse(address.trim(), base) : null
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null
}

const longestTitle = 200

function shown(text: string): string | null {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, longestTitle) || null
}
