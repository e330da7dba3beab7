import type { Streams } from './streams.ts'

const megabyte = 1_048_576

/** One line on a terminal that tells how much has arrived; where nobody watches, nothing. */
export function transferLine(
  streams: Streams,
  what: string,
): { readonly show: (received: number, total: number | null) => void; readonly end: () => void } {
  let shown = ''
  return {
    show: (received, total) => {
      if (!streams.errIsTTY) return
      const share = total === null ? '' : ` ${Math.floor((received / total) * 100)} %`
      const of = total === null ? '' : ` of ${Math.ceil(total / megabyte)}`
      const text = `${what}:${share} ${Math.floor(received / megabyte)}${of} MB`
      // Thousands of pieces arrive in a second, and most change nothing.
      if (text === shown) return
      shown = text
      streams.err.write(`\r${text}\u001b[K`)
    },
    end: () => {
      if (shown !== '') streams.err.write('\n')
      shown = ''
    },
  }
}

/** The same for whoever hears only of what arrives: the line ends with the last piece. */
export function transferTold(
  streams: Streams,
  what: string,
): (received: number, total: number | null) => void {
  const line = transferLine(streams, what)
  return (received, total) => {
    line.show(received, total)
    if (received === total) line.end()
  }
}
