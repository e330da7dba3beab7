/**
 * Requests and answers between a runner and its broker and run service, protocol V2
 * (docs/protocol.md, "Joining", "Session" and "Claim").
 */

/** `.runner` of a JIT configuration, as far as RelayQ's listener reads it. Every URL ends in `/`. */
export interface RunnerSettings {
  readonly AgentId: number
  readonly AgentName: string
  readonly PoolId: number
  readonly PoolName: string
  readonly ServerUrl: string
  readonly ServerUrlV2: string
  readonly GitHubUrl: string
  readonly WorkFolder: string
  readonly UseV2Flow: true
  readonly Ephemeral: boolean
  readonly DisableUpdate: true
}

/** `.credentials`, variant A: an opaque bearer token that is never refreshed. */
export interface RunnerCredentials {
  readonly scheme: 'OAuthAccessToken'
  readonly data: { readonly token: string }
}

export interface SessionRequest {
  readonly sessionId: string
  readonly ownerName: string
  readonly agent: {
    readonly id: number
    readonly name: string
    readonly version: string
    readonly osDescription: string
  }
  readonly useFipsEncryption: boolean
}

export interface BrokerMessage {
  readonly messageId: number
  readonly messageType: 'RunnerJobRequest' | 'JobCancellation' | 'RunnerShutdown'
  /** JSON text of JobOffer or JobCancellation. */
  readonly body: string
}

export interface JobOffer {
  readonly id: string
  readonly runner_request_id: string
  readonly run_service_url: string
  readonly billing_owner_id: string
  readonly should_acknowledge: boolean
}

export interface JobCancellation {
  readonly jobId: string
  /** `hh:mm:ss`: how long the worker may take before it is killed. */
  readonly timeout: string
}

export interface AcquireJobRequest {
  readonly jobMessageId: string
  readonly runnerOS: string
  readonly billingOwnerId: string
}

export interface RenewJobRequest {
  readonly planId: string
  readonly jobId: string
}

export type TaskResult = 'succeeded' | 'succeededWithIssues' | 'failed' | 'canceled' | 'skipped' | 'abandoned'

export interface WireAnnotation {
  readonly level: 'notice' | 'warning' | 'failure' | 'unknown'
  readonly message: string
  readonly title?: string
  readonly path?: string
  readonly startLine?: number
  readonly endLine?: number
  readonly startColumn?: number
  readonly endColumn?: number
  readonly stepNumber?: number
  readonly isInfrastructureIssue?: boolean
}

export interface StepResult {
  readonly external_id: string
  readonly number: number
  readonly name: string
  readonly status: 'completed'
  readonly conclusion: TaskResult
  readonly started_at: string | null
  readonly completed_at: string | null
  readonly annotations: readonly WireAnnotation[]
}

export interface CompleteJobRequest {
  readonly planId: string
  readonly jobId: string
  readonly conclusion: TaskResult
  readonly outputs: Readonly<Record<string, { readonly value: string; readonly isSecret?: boolean }>>
  readonly stepResults: readonly StepResult[]
  readonly annotations: readonly WireAnnotation[]
}

/** How the broker and the run service say what went wrong; anything else is "try again" to a runner. */
export interface ServiceError {
  readonly source: 'actions-broker-listener' | 'actions-run-service'
  readonly statusCode: number
  readonly errorKind?: 'RunnerNotFound' | 'RunnerSessionInvalid' | 'AcknowledgeJobNotFound'
  readonly errorMessage: string
}
