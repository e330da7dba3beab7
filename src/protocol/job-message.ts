import type { StepReference } from '../model/step-reference.ts'
import type { TemplateToken } from '../model/template-token.ts'
import type { ContextData } from './context-data.ts'

/**
 * The job as `acquirejob` hands it to a runner (docs/protocol.md, "Job message"). Only the members RelayQ sends or
 * reads.
 */
export interface JobMessage {
  readonly messageType: 'RunnerJobRequest'
  readonly plan: {
    readonly planId: string
    readonly planType: string
    readonly version: number
    readonly scopeIdentifier: string
  }
  readonly timeline: { readonly id: string }
  readonly jobId: string
  readonly jobDisplayName: string
  readonly jobName: string
  readonly requestId: number
  readonly resources: { readonly endpoints: readonly ServiceEndpoint[] }
  readonly variables: Readonly<Record<string, { readonly value: string; readonly isSecret?: boolean }>>
  readonly contextData: Readonly<Record<string, ContextData>>
  readonly mask: readonly { readonly type: 'regex'; readonly value: string }[]
  readonly steps: readonly StepMessage[]
  readonly environmentVariables: readonly TemplateToken[]
  readonly defaults: readonly TemplateToken[]
  readonly jobOutputs?: TemplateToken
  readonly fileTable: readonly string[]
}

/** Named `SystemVssConnection`; `url` ends in `/` and serves renewjob and completejob. */
interface ServiceEndpoint {
  readonly name: 'SystemVssConnection'
  readonly url: string
  readonly authorization: { readonly scheme: 'OAuth'; readonly parameters: { readonly AccessToken: string } }
  readonly data: Readonly<Record<string, string>>
}

/**
 * One step (docs/protocol.md, "Steps"). `inputs` of a script: script, shell, workingDirectory. `condition` always has
 * a status function.
 */
export interface StepMessage {
  readonly type: 'action'
  readonly id: string
  readonly name: string
  readonly contextName: string
  readonly displayNameToken?: TemplateToken
  readonly condition: string
  readonly continueOnError?: TemplateToken
  readonly timeoutInMinutes?: TemplateToken
  readonly environment?: TemplateToken
  readonly inputs?: TemplateToken
  readonly reference: StepReference
}
