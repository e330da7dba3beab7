import { oneLine } from '../base/one-line.ts'

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

/** The step summary: what became of what, where, how fast. Names come from outside: they are no markup of ours. */
export function transcodeSummary(facts: TranscodeFacts): string {
  const { durationSeconds, workSeconds, machine, claimedSeconds } = facts
  const speed =
    workSeconds > 0 ? `, ${(durationSeconds / workSeconds).toFixed(1)} times as fast as it plays` : ''
  return [
    '### Transcoded',
    '',
    '| | file | size | length | form |',
    '| --- | --- | --- | --- | --- |',
    `| from | ${cell(facts.source)} | ${inMegabytes(facts.sourceBytes)} | ${inSeconds(claimedSeconds)} | ${cell(facts.sourceForm)} |`,
    `| to | ${cell(facts.name)} | ${inMegabytes(facts.outputBytes)} | ${inSeconds(durationSeconds)} | ${cell(facts.codecs)} |`,
    '',
    `Made${machine === '' ? '' : ` on ${cell(machine)}`} in ${workSeconds.toFixed(1)} s${speed}.`,
    ...facts.warnings.flatMap(warning => ['', `- Warning: ${cell(warning)}`]),
    '',
  ].join('\n')
}

function cell(text: string): string {
  return oneLine(text).replaceAll(/[<>&`[\]|\\]/g, '')
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}

function inSeconds(seconds: number | null): string {
  return seconds === null ? 'unknown' : `${seconds.toFixed(1)} s`
}
