import { createHash } from 'node:crypto'
import { flush, pktLine, readPktLines } from './pkt-line.ts'
import type { RefUpdate } from './repository-writer.ts'

/** The beginning of what a client of git-receive-pack sends (gitprotocol-pack(5)); a pack may follow at `end`. */
export interface PushCommands {
  readonly updates: readonly RefUpdate[]
  readonly capabilities: readonly string[]
  readonly end: number
}

/** null when it is none, or one with a signature, for which the hub has no use. */
export function readPushCommands(bytes: Buffer): PushCommands | null {
  const read = readPktLines(bytes)
  if (!read) return null
  const commands = read.lines.filter(line => !line.startsWith('shallow '))
  const updates = commands.map(line => readUpdate(line.split('\0')[0] ?? ''))
  if (!updates.every(update => update !== null)) return null
  const capabilities = (commands[0]?.split('\0')[1] ?? '').split(' ').filter(name => name !== '')
  return { updates, capabilities, end: read.end }
}

function readUpdate(line: string): RefUpdate | null {
  const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (refs\/.+)$/.exec(line)
  const [, from = '', to = '', ref = ''] = match ?? []
  return match ? { ref, from: orNull(from), to: orNull(to) } : null
}

/** git's word for "there is none" is a sha of zeros. */
function orNull(sha: string): string | null {
  return /^0+$/.test(sha) ? null : sha
}

/** The request that moves one ref between objects which are there. */
export function pushOf({ ref, from, to }: RefUpdate): Buffer {
  const { length } = from ?? to ?? ''
  const zeros = '0'.repeat(length)
  const capabilities = `report-status${length === 64 ? ' object-format=sha256' : ''}`
  const command = pktLine(`${from ?? zeros} ${to ?? zeros} ${ref}\0${capabilities}`)
  return withoutObjects(Buffer.from(command + flush), [{ ref, from, to }])
}

/** The commands with the empty pack that must follow unless all of them delete. */
export function withoutObjects(commands: Buffer, updates: readonly RefUpdate[]): Buffer {
  const sha = updates.find(({ to }) => to !== null)?.to
  if (sha === undefined || sha === null) return commands
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  const sum = createHash(sha.length === 64 ? 'sha256' : 'sha1')
  return Buffer.concat([commands, head, sum.update(head).digest()])
}

/** Why git refused the one ref of a report; null when it did not. */
export function refusalIn(report: Buffer): string | null {
  const lines = readPktLines(report)?.lines ?? []
  const refused = lines.find(line => !/^(unpack ok$|ok )/.test(line))
  if (refused !== undefined) return refused.replace(/^ng \S+ /, '')
  return lines.length === 0 ? 'git gave no report' : null
}

/** The report of a push that is refused as a whole, as the client asked for it. */
export function refusalReport({ updates, capabilities }: PushCommands, reason: string): Buffer {
  if (!capabilities.some(name => /^report-status(-v2)?$/.test(name))) return Buffer.from(flush)
  const lines = ['unpack ok\n', ...updates.map(({ ref }) => `ng ${ref} ${reason}\n`)]
  const report = lines.map(pktLine).join('') + flush
  return capabilities.includes('side-band-64k') ? sideBand(report) : Buffer.from(report)
}

/** Each frame of band 1 has at most 65520 bytes. */
function sideBand(report: string): Buffer {
  const bytes = Buffer.from(report)
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 60_000) {
    const part = bytes.subarray(at, at + 60_000)
    frames.push(Buffer.from(`${(part.length + 5).toString(16).padStart(4, '0')}\x01`, 'latin1'), part)
  }
  return Buffer.concat([...frames, Buffer.from(flush)])
}
