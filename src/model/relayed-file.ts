/** A file of the submitting machine that waits at the broker until its job has ended. */
export interface RelayedFile {
  /** As the broker calls it. */
  readonly id: string
  /** Of what was sent: encrypted, it is a little more than the file. */
  readonly bytes: number
  /** In hex: whoever fetches it can tell that it is the file that was sent. */
  readonly sha256: string
  /** For people. */
  readonly name: string
  /** By age, for certain machines. */
  readonly isEncrypted: boolean
}

/** The largest file of a release: GitHub takes those under 2 GiB. */
export const largestFile = 2 ** 31 - 1

/**
 * The `file` input of a job, as it travels: `ID:BYTES:SHA256:NAME`, or `age:ID:BYTES:SHA256:NAME` for one that is
 * encrypted, which a machine that knows nothing of it takes for no file at all.
 */
export function formatRelayedFile({ id, bytes, sha256, name, isEncrypted }: RelayedFile): string {
  const shown = name.replaceAll(/[\p{Cc}/\\]/gu, '_').slice(-longestName) || 'file'
  return `${isEncrypted ? encrypted : ''}${id}:${bytes}:${sha256}:${shown}`
}

/** null: it is none. */
export function parseRelayedFile(text: string): RelayedFile | null {
  const [, mark, id, bytes, sha256, name] = form.exec(text) ?? []
  if (id === undefined || sha256 === undefined || name === undefined) return null
  const isEncrypted = mark === encrypted
  return Number(bytes) <= largestFile ? { id, bytes: Number(bytes), sha256, name, isEncrypted } : null
}

const encrypted = 'age:'
const longestName = 100
const form = /^(age:)?([0-9a-z/]{1,40}):(\d{1,10}):([0-9a-f]{64}):([^\p{Cc}/\\]{1,200})$/u
