import type { StepReference } from '../model/step-reference.ts'
import type { TemplateToken } from '../model/template-token.ts'
import type { ActionRef } from './action-ref.ts'

/** A step in the shape of the runner protocol (docs/protocol.md, "Steps"), without the id the hub gives it. */
export interface StepTemplate {
  readonly name: string
  readonly contextName: string
  readonly displayNameToken: TemplateToken
  readonly condition: string
  readonly continueOnError: TemplateToken
  readonly timeoutInMinutes: TemplateToken
  readonly environment: TemplateToken
  /** For a script: mapping of script, shell, workingDirectory. For an action: its `with`. */
  readonly inputs: TemplateToken
  readonly reference: StepTemplateReference
}

/** Docker images are not run here. */
export type StepTemplateReference = Exclude<StepReference, { readonly type: 'containerRegistry' }>

/** What a step may say, in a job as in a composite action. */
export const stepKeys: readonly string[] = [
  'id',
  'name',
  'if',
  'run',
  'shell',
  'working-directory',
  'uses',
  'with',
  'env',
  'continue-on-error',
]

/** The protocol's names for what stands in a script step (docs/protocol.md, "Steps"). */
const scriptInputNames = [
  ['script', 'run'],
  ['shell', 'shell'],
  ['workingDirectory', 'working-directory'],
] as const

/** The inputs of a script step with these members; `tokenOf` reads one of them. */
export function scriptInputs(
  members: ReadonlyMap<string, unknown>,
  tokenOf: (key: string) => TemplateToken,
): TemplateToken {
  const present = scriptInputNames.filter(([, key]) => members.has(key))
  return { type: 2, map: present.map(([name, key]) => ({ Key: name, Value: tokenOf(key) })) }
}

export function referenceTo(action: Exclude<ActionRef, { readonly kind: 'docker' }>): StepTemplateReference {
  if (action.kind === 'local') return { type: 'repository', repositoryType: 'self', path: action.path }
  const subfolder = action.path === '' ? {} : { path: action.path }
  return { type: 'repository', repositoryType: 'GitHub', name: action.name, ref: action.ref, ...subfolder }
}

/** What GitHub shows of a step without a name: its action, or the first line of its script that is not empty. */
export function titleOf(subject: string): string {
  return `Run ${subject.trimStart().split(/\r?\n/, 1)[0]?.trimEnd() ?? ''}`
}
