import { oneLine } from '../base/one-line.ts'

interface MadeFacts {
  readonly title: string
  readonly columns: readonly string[]
  /** Of each column, the source's. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** '' when it has no name. */
  readonly machine: string
  readonly workSeconds: number
  /** The end of the sentence about it. */
  readonly speed?: string
  readonly warnings: readonly string[]
}

/** The step summary of one file made of another: what, where, how fast. Names come from outside: they are no markup of ours. */
export function madeSummary(facts: MadeFacts): string {
  const { title, columns, machine, workSeconds, speed = '' } = facts
  return [
    `### ${title}`,
    '',
    row('', columns),
    row(
      '---',
      columns.map(() => '---'),
    ),
    row('from', facts.from),
    row('to', facts.to),
    '',
    `Made${machine === '' ? '' : ` on ${cell(machine)}`} in ${workSeconds.toFixed(1)} s${speed}.`,
    ...facts.warnings.flatMap(warning => ['', `- Warning: ${cell(warning)}`]),
    '',
  ].join('\n')
}

function row(head: string, cells: readonly string[]): string {
  return ['|', ...[head, ...cells].flatMap(text => [cell(text), '|'])].filter(part => part !== '').join(' ')
}

function cell(text: string): string {
  return oneLine(text).replaceAll(/[<>&`[\]|\\]/g, '')
}

export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
