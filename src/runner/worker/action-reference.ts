import type { StepReference } from '../../model/step-reference.ts'

export type ActionReference = Exclude<StepReference, { type: 'script' }>

/** An action as a workflow writes it behind `uses:`. */
export function describeAction(reference: ActionReference): string {
  if (reference.type === 'containerRegistry') return `docker://${reference.image}`
  if (reference.repositoryType === 'self') return reference.path ?? './'
  const path = reference.path === undefined ? '' : `/${reference.path}`
  return `${reference.name ?? ''}${path}@${reference.ref ?? ''}`
}
