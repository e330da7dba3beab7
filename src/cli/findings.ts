import { counted } from '../base/counted.ts'
import type { Finding, Severity } from '../provision/doctor/finding.ts'
import { printable, type Streams } from './streams.ts'

/** Of `--json`: what a finding holds for programs. */
export const findingFields = ['check', 'severity', 'what', 'why', 'mend', 'where'] as const

/** Problems first, then warnings, each with why and what mends it; what is well after them, a line for each check. */
export function writeFindings(streams: Streams, findings: readonly Finding[]): void {
  const of = (severity: Severity) => findings.filter(finding => finding.severity === severity)
  for (const finding of alikeAsOne([...of('problem'), ...of('warning')])) {
    streams.out.write(describe(finding))
  }
  for (const [check, found] of Map.groupBy(of('ok'), ({ check }) => check)) {
    streams.out.write(printable(`ok       ${check}: ${found.map(inShort).join('; ')}\n`))
  }
}

/** What several checks found alike, such as a broker that does not answer, is told once. */
function alikeAsOne(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ check: _, ...rest }) => JSON.stringify(rest))
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, check: [first, ...others].map(({ check }) => check).join(', ') }] : [],
  )
}

/** How many of each are told, in one line: "2 problems, 1 warning, 14 well". */
export function countFindings(findings: readonly Finding[]): string {
  const of = (severity: Severity) => findings.filter(finding => finding.severity === severity)
  const [problems, warnings] = [alikeAsOne(of('problem')).length, alikeAsOne(of('warning')).length]
  const well = of('ok').length
  if (problems + warnings === 0) return `all is well (${well} looked at)`
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}, ${well} well`
}

/** 1 where a problem is among them: warnings alone end well. */
export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ severity }) => severity === 'problem') ? 1 : 0
}

/** As `--json` shows it. */
export function findingRecord({ mend, ...finding }: Finding): Readonly<Record<string, unknown>> {
  return { ...finding, mend: mend && { command: mend.command, isSafe: mend.isSafe } }
}

function describe({ severity, check, what, why, mend, where }: Finding): string {
  const lines = [
    `${severity.padEnd(7)}  ${check}: ${what}`,
    ...(where === null ? [] : [`at:   ${where}`]),
    ...(why === null ? [] : [`why:  ${why}`]),
    ...(mend === null ? [] : [`mend: ${mend.command}`]),
  ]
  return `${printable(lines.join(`\n${' '.repeat(9)}`))}\n`
}

function inShort({ what, where }: Finding): string {
  return where === null ? what : `${what} (${where})`
}
