import { inMegabytes, madeSummary } from './made-summary.ts'

interface TranscodeFacts {
  readonly source: string
  readonly sourceBytes: number
  /** The codecs of the source. */
  readonly sourceForm: string
  /** As it claims; null when it does not say. */
  readonly claimedSeconds: number | null
  readonly name: string
  readonly outputBytes: number
  readonly durationSeconds: number
  readonly codecs: string
  /** '' when it has no name. */
  readonly machine: string
  readonly workSeconds: number
  readonly warnings: readonly string[]
}

/** The step summary: what became of what, where, how fast. */
export function transcodeSummary(facts: TranscodeFacts): string {
  const { source, sourceBytes, claimedSeconds, sourceForm, name, outputBytes, durationSeconds, codecs } =
    facts
  const { machine, workSeconds, warnings } = facts
  const times = (durationSeconds / workSeconds).toFixed(1)
  return madeSummary({
    title: 'Transcoded',
    columns: ['file', 'size', 'length', 'form'],
    from: [source, inMegabytes(sourceBytes), inSeconds(claimedSeconds), sourceForm],
    to: [name, inMegabytes(outputBytes), inSeconds(durationSeconds), codecs],
    ...{ machine, workSeconds, warnings },
    ...(workSeconds > 0 ? { speed: `, ${times} times as fast as it plays` } : {}),
  })
}

function inSeconds(seconds: number | null): string {
  return seconds === null ? 'unknown' : `${seconds.toFixed(1)} s`
}
