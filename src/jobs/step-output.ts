import { appendFile } from 'node:fs/promises'
import type { RelayError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'

/** Workflow commands and files of a step, as GitHub documents them; both runners understand them. */

export function maskCommand(secret: string): string {
  return `::add-mask::${escapeData(secret)}`
}

/** What GitHub shows as an annotation. That another run does the job is news, but no fault. */
export function errorCommand(title: string, error: RelayError): string {
  const hint = error.hint === null ? '' : ` ${error.hint}`
  const level = error.code === 'superseded' ? 'notice' : 'error'
  return `::${level} title=${escapeProperty(title)}::${escapeData(error.message + hint)}`
}

/** Appends `name=value` lines to GITHUB_OUTPUT; each value is made one line, since it may come from outside. */
export async function writeOutputs(
  file: string | undefined,
  outputs: Readonly<Record<string, string>>,
): Promise<void> {
  if (file === undefined || file === '') return
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${oneLine(value)}\n`)
  await appendFile(file, lines.join(''))
}

export async function writeSummary(file: string | undefined, markdown: string): Promise<void> {
  if (file === undefined || file === '') return
  await appendFile(file, `${markdown}\n`)
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
