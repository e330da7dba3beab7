import { isoSeconds } from '../../base/clock.ts'
import type { Commit, Signature, Tag, TreeEntry } from './repository.ts'

/** Reads a raw commit object: header lines, an empty line, the message. */
export function parseCommit(sha: string, content: Buffer): Commit {
  const { header, values, message } = parseObject(content)
  return {
    sha,
    treeSha: header('tree'),
    parents: values('parent'),
    message,
    author: parseSignature(header('author')),
    committer: parseSignature(header('committer')),
  }
}

/** Reads a raw tag object, which is built like a commit. */
export function parseTag(sha: string, content: Buffer): Tag {
  const { header, message } = parseObject(content)
  return {
    sha,
    name: header('tag'),
    target: { sha: header('object'), type: header('type') },
    message,
    tagger: parseSignature(header('tagger')),
  }
}

/** Header lines, an empty line, the message. */
function parseObject(content: Buffer) {
  const text = content.toString('utf8')
  const split = text.indexOf('\n\n')
  const lines = (split < 0 ? text : text.slice(0, split)).split('\n')
  const values = (name: string): readonly string[] =>
    lines.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1))
  return {
    values,
    header: (name: string): string => values(name)[0] ?? '',
    message: split < 0 ? '' : text.slice(split + 2).trimEnd(),
  }
}

/** The raw commit object that `parseCommit` reads. */
export function formatCommit(commit: Omit<Commit, 'sha'>): Buffer {
  const { treeSha, parents, author, committer, message } = commit
  const lines = [
    `tree ${treeSha}`,
    ...parents.map(parent => `parent ${parent}`),
    `author ${formatSignature(author)}`,
    `committer ${formatSignature(committer)}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n${message.trimEnd()}\n`)
}

/** The raw tag object that `parseTag` reads. */
export function formatTag({ target, name, tagger, message }: Omit<Tag, 'sha'>): Buffer {
  const lines = [
    `object ${target.sha}`,
    `type ${target.type}`,
    `tag ${name}`,
    `tagger ${formatSignature(tagger)}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n${message.trimEnd()}\n`)
}

function formatSignature({ name, email, date }: Signature): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`
}

/** `Name <email> 1700000000 +0100` */
function parseSignature(text: string): Signature {
  const match = /^(.*) <([^>]*)> (\d+) [+-]\d{4}$/.exec(text)
  return {
    name: match?.[1] ?? '',
    email: match?.[2] ?? '',
    date: isoSeconds(Number(match?.[3] ?? 0) * 1000),
  }
}

/** Reads a raw tree object: `<mode> <name>\0<sha bytes>` repeated; shas are 20 bytes, or 32 in a SHA-256 repository. */
export function parseTree(content: Buffer, shaBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    const end = content.indexOf(0, space)
    if (space < 0 || end < 0) break
    const mode = content.toString('latin1', at, space)
    entries.push({
      name: content.toString('utf8', space + 1, end),
      type: typeOfMode(mode),
      sha: content.toString('hex', end + 1, end + 1 + shaBytes),
    })
    at = end + 1 + shaBytes
  }
  return entries
}

function typeOfMode(mode: string): TreeEntry['type'] {
  if (mode === '40000') return 'dir'
  if (mode === '120000') return 'symlink'
  return mode === '160000' ? 'submodule' : 'file'
}
