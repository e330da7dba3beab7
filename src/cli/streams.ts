import type { Readable, Writable } from 'node:stream'
import { systemErrorCode } from '../base/errors.ts'

/** Where a command reads and writes. Results go to `out`, everything else to `err`. */
export interface Streams {
  readonly in: Readable
  readonly out: Writable
  readonly err: Writable
  /** Whether a person reads `out`; `err` may be a terminal without it. */
  readonly isTTY: boolean
  readonly errIsTTY: boolean
  /** Columns. */
  readonly width: number
}

const pipeWidth = 120
/** A terminal that claims to be narrower does not know its width, and is taken for the usual one. */
const narrowest = 20
const usualWidth = 80

/** A reader that has seen enough closes its end (`| head`): `onClosed` is told, and nothing is thrown. */
export function processStreams(onClosed: () => void): Streams {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', error => {
      if (systemErrorCode(error) !== 'EPIPE') throw error
      onClosed()
    })
  }
  const isTTY = process.stdout.isTTY === true
  return {
    in: process.stdin,
    out: process.stdout,
    err: process.stderr,
    isTTY,
    errIsTTY: process.stderr.isTTY === true,
    width: usableWidth(process.stdout.columns),
  }
}

/** `columns`: absent where there is no terminal. */
export function usableWidth(columns: number | undefined): number {
  if (columns === undefined) return pipeWidth
  return columns < narrowest ? usualWidth : columns
}

/** ECMA-48: ESC and `[31m`, with which a program in a job colours its output. */
const colourSequence = /\p{Cc}\[[0-9;]*m/gu

/** Text without colours and control characters: it comes from outside and must not move a cursor. */
export function printable(text: string): string {
  return withoutColours(text).replace(/(?![\n\t])\p{Cc}/gu, '\uFFFD')
}

/** For programs, which read everything else as it is. */
export function withoutColours(text: string): string {
  return text.replace(colourSequence, '')
}
