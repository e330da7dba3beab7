import type { TemplateToken } from '../model/template-token.ts'
import type { StepTemplate } from './step-template.ts'

/** A workflow file as the hub plans with it: GitHub's grammar, checked, with every value that may hold an expression as a token. */
export interface Workflow {
  readonly path: string
  /** `name:`, or the path where there is none (as GitHub shows it). */
  readonly name: string
  readonly runName: TemplateToken
  /** null: the file has no `workflow_dispatch` trigger. */
  readonly dispatch: DispatchTrigger | null
  /** null: the file has no `repository_dispatch` trigger. */
  readonly repositoryDispatch: RepositoryDispatchTrigger | null
  readonly env: TemplateToken
  readonly defaults: TemplateToken
  /** null: not declared. */
  readonly permissions: Permissions | null
  readonly concurrency: TemplateToken
  /** In the order of the file. */
  readonly jobs: readonly JobTemplate[]
}

export type Permissions = Readonly<Record<string, 'read' | 'write' | 'none'>>

export interface DispatchTrigger {
  readonly inputs: readonly DispatchInput[]
}

export interface RepositoryDispatchTrigger {
  /** The types of event it takes; empty: every type. */
  readonly types: readonly string[]
}

export interface DispatchInput {
  readonly name: string
  readonly type: 'string' | 'boolean' | 'number' | 'choice' | 'environment'
  readonly required: boolean
  readonly default: string | number | boolean | null
  readonly options: readonly string[]
  readonly description: string
}

/** A job before its matrix is expanded. `null` tokens mean "not declared". */
export interface JobTemplate {
  readonly key: string
  readonly name: TemplateToken
  readonly needs: readonly string[]
  /** Expression text without `${{ }}`, with a status function in it: defaulted to `success()`. */
  readonly condition: string
  readonly runsOn: TemplateToken
  /** `matrix`, `max-parallel`, `fail-fast` as written. */
  readonly strategy: TemplateToken
  readonly env: TemplateToken
  readonly defaults: TemplateToken
  readonly outputs: TemplateToken
  readonly timeoutMinutes: TemplateToken
  readonly continueOnError: TemplateToken
  readonly concurrency: TemplateToken
  readonly permissions: Permissions | null
  readonly steps: readonly StepTemplate[]
}
