import type { Left } from '../../provision/repository/file-state.ts'
import type { Change, PlannedFile } from '../../provision/repository/plan.ts'
import { diffLines } from '../../provision/repository/three-way-merge.ts'
import type { LocalChange } from './local-changes.ts'

/** What will be done and why, for people; `whole`: new files are shown, too. */
export async function describePlan(
  plan: { readonly changes: readonly Change[]; readonly files: readonly PlannedFile[] },
  local: readonly LocalChange[],
  whole: boolean,
): Promise<string> {
  const parts: string[] = []
  for (const change of [...plan.changes, ...local]) {
    parts.push(`+ ${change.what}: ${change.current} → ${change.wanted}\n    ${change.why}\n`)
    if (change.kind === 'files') parts.push(await describeFiles(plan.files, whole))
  }
  for (const { facts, state } of plan.files) {
    if (state.kind === 'left') parts.push(await describeLeft(facts, state))
    if (state.kind === 'own') parts.push(`= ${facts.path} stays as it is: it is yours\n`)
    if (state.kind === 'removed') parts.push(`= ${facts.path} stays away: you removed it\n`)
    if (state.kind === 'edited') parts.push(`= ${facts.path} stays with your edits\n`)
  }
  return parts.join('')
}

const ways = {
  new: 'new',
  newer: 'newer',
  merged: 'newer, with your edits',
  replaced: 'as it is shipped, without your edits',
} as const

async function describeFiles(files: readonly PlannedFile[], whole: boolean): Promise<string> {
  const parts: string[] = []
  for (const { facts, state } of files) {
    if (state.kind !== 'to_write') continue
    parts.push(`    ${facts.path} (${ways[state.how]})\n`)
    if (state.how !== 'new' || whole) parts.push(await diffOf(facts.current ?? '', state.text))
  }
  return parts.join('')
}

const reasons: Readonly<Record<Left, string>> = {
  conflict: 'you and this version changed the same lines',
  no_record: 'it differs from this version, and there is no record of what it was',
  no_git: 'your edits and this version must be merged, and git is not installed here',
  invalid: 'your edits and this version merged are no workflow',
}

async function describeLeft(
  facts: PlannedFile['facts'],
  state: Extract<PlannedFile['state'], { kind: 'left' }>,
): Promise<string> {
  const { path, current, shipped, problem } = facts
  const shown =
    state.why === 'conflict' ? indented(conflictsOf(state.text ?? '')) : await diffOf(current ?? '', shipped)
  return [
    `! ${path} is left to you: ${reasons[state.why]}${problem === null ? '' : ` (${problem})`}\n`,
    shown,
    `    Edit it in the repository, or take this version's text: --replace ${path}, or keep yours: --keep ${path}\n`,
  ].join('')
}

async function diffOf(before: string, after: string): Promise<string> {
  return indented((await diffLines(before, after)) ?? '(git is not installed: no difference can be shown)\n')
}

/** The parts between git's markers. */
function conflictsOf(text: string): string {
  return (text.match(/^<{7} .*\n(?:.*\n)*?>{7} .*\n/gm) ?? []).join('…\n')
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '      ')
}
