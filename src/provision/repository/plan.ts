import type { ActionsSettings, NewFile, RepositoryFacts, Right } from '../../model/repository.ts'
import { type FileChoices, type FileFacts, type FileState, recordOf, stateOf } from './file-state.ts'
import { planSettings } from './plan-settings.ts'
import type { SetupFacts } from './read-facts.ts'
import { recordPath } from './shipped-files.ts'

interface Described {
  readonly what: string
  readonly why: string
  readonly current: string
  readonly wanted: string
}

/** One step. Each can be done again without harm, and a plan made after some of them holds the others. */
export type Change = Described &
  (
    | { readonly kind: 'create_repository' }
    | { readonly kind: 'policy'; readonly policy: Policy }
    | {
        readonly kind: 'selected_actions'
        readonly selected: NonNullable<ActionsSettings['selectedActions']>
      }
    | { readonly kind: 'workflow_permissions'; readonly workflow: ActionsSettings['workflowPermissions'] }
    | { readonly kind: 'retention'; readonly days: number }
    | { readonly kind: 'files'; readonly files: readonly NewFile[]; readonly message: string }
  )

type Policy = Pick<ActionsSettings, 'enabled' | 'allowedActions' | 'shaPinningRequired'>

export interface PlannedFile {
  readonly facts: FileFacts
  readonly state: FileState
}

export interface SetupPlan {
  readonly kind: 'plan'
  /** In the order in which they are done; empty: everything is as it should be. */
  readonly changes: readonly Change[]
  /** Every file of RelayQ's, also those that stay. */
  readonly files: readonly PlannedFile[]
}

/** Why nothing is done. */
export interface RefusedPlan {
  readonly kind: 'refused'
  readonly reason: string
  readonly hint: string
}

export interface SetupWishes extends FileChoices {
  readonly allowPublic: boolean
  /** Days; null: as it is, unless nobody has ever set it. */
  readonly retentionDays: number | null
  /** For the message of the commit: "0.1.0". */
  readonly version: string
  /** "octo/queue" */
  readonly name: string
}

/** What is to be done so that the repository is a queue. */
export function planSetup(facts: SetupFacts, wishes: SetupWishes): SetupPlan | RefusedPlan {
  const refusal = facts.kind === 'there' ? refusalOf(facts.repository, wishes) : null
  if (refusal) return refusal
  const files = facts.files.map(file => ({ facts: file, state: stateOf(file, wishes) }))
  const settings = facts.kind === 'there' ? facts.settings : null
  return {
    kind: 'plan',
    changes: [
      ...(facts.kind === 'missing' ? [creation(wishes)] : []),
      ...planSettings(settings, wishes.retentionDays),
      ...filesChange(files, wishes),
    ],
    files,
  }
}

/** What a token must be allowed for these changes. */
export function rightsFor(changes: readonly Change[]): readonly Right[] {
  const files = changes.flatMap(change => (change.kind === 'files' ? change.files : []))
  const writesWorkflows = files.some(({ path }) => path.startsWith('.github/workflows/'))
  const changesSettings = changes.some(({ kind }) => kind !== 'files')
  return [
    ...(changesSettings ? [{ permission: 'administration', level: 'write' } as const] : []),
    ...(files.length > 0 ? [{ permission: 'contents', level: 'write' } as const] : []),
    ...(writesWorkflows ? [{ permission: 'workflows', level: 'write' } as const] : []),
  ]
}

function refusalOf(repository: RepositoryFacts, { allowPublic, name }: SetupWishes): RefusedPlan | null {
  if (repository.archived) {
    return {
      kind: 'refused',
      reason: `${name} is archived: nothing can be changed or run there.`,
      hint: 'Take it out of the archive in its settings, or name another repository.',
    }
  }
  if (repository.visibility === 'private' || allowPublic) return null
  return {
    kind: 'refused',
    reason: `${name} is ${repository.visibility}: whoever can open a pull request there could run code on your machines.`,
    hint: 'Make it private in its settings, or name another repository. If you know what you do: --allow-public',
  }
}

function creation({ name }: SetupWishes): Change {
  return {
    kind: 'create_repository',
    what: `the repository ${name}`,
    why: 'a queue is a private repository of yours: its workflow runs are the jobs',
    current: 'not there',
    wanted: 'private, without issues, projects and wiki',
  }
}

/** All of them are one commit. */
function filesChange(planned: readonly PlannedFile[], { version }: SetupWishes): readonly Change[] {
  const written = planned.flatMap(({ facts, state }) =>
    state.kind === 'to_write' ? [{ path: facts.path, text: state.text }] : [],
  )
  const records = planned.flatMap(({ facts, state }) => {
    const text = recordOf(facts, state)
    return text === null ? [] : [{ path: recordPath(facts.path), text }]
  })
  if (written.length + records.length === 0) return []
  const isFirst = planned.every(({ facts }) => facts.base === null)
  return [
    {
      kind: 'files',
      files: [...written, ...records],
      message: `${isFirst ? 'Set up' : 'Update'} the files of RelayQ ${version}`,
      what: written.length === 0 ? 'the record of what RelayQ shipped' : 'RelayQ’s files',
      why: 'GitHub runs committed workflows only; the record lets an upgrade keep your edits',
      current: counted(planned.filter(({ facts }) => facts.current !== null).length, 'of them there'),
      wanted: `one commit: ${counted(written.length, 'written')}, ${counted(records.length, 'recorded below .relayq/')}`,
    },
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}`
}
