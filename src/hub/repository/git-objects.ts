import { isoSeconds } from '../../base/clock.ts'
import type { Commit, Signature, TreeEntry } from './repository.ts'

/** Reads a raw commit object: header lines, an empty line, the message. */
export function parseCommit(sha: string, content: Buffer): Commit {
  const text = content.toString('utf8')
  const split = text.indexOf('\n\n')
  const header = split < 0 ? text : text.slice(0, split)
  const field = (name: string): string =>
    header
      .split('\n')
      .find(line => line.startsWith(`${name} `))
      ?.slice(name.length + 1) ?? ''
  return {
    sha,
    treeSha: field('tree'),
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(match => match[1] ?? ''),
    message: split < 0 ? '' : text.slice(split + 2).trimEnd(),
    author: parseSignature(field('author')),
    committer: parseSignature(field('committer')),
  }
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
