/** GitHub's words for a workflow run, its jobs and steps, as RelayQ reads them from any broker. Times are ISO 8601 UTC. */

export type RunStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending'

export type Conclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'neutral'
  | 'action_required'
  | 'stale'
  | 'startup_failure'

export interface Run {
  readonly id: number
  /** The run's evaluated `run-name`. */
  readonly title: string
  readonly status: RunStatus
  /** null until the run is completed. */
  readonly conclusion: Conclusion | null
  /** Page in a browser. */
  readonly url: string
  readonly workflowPath: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface WorkflowJob {
  readonly id: number
  readonly runId: number
  readonly name: string
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  /** null until a runner has taken it. */
  readonly runnerName: string | null
  readonly labels: readonly string[]
  readonly createdAt: string
  readonly startedAt: string | null
  readonly completedAt: string | null
  readonly steps: readonly WorkflowStep[]
}

export interface WorkflowStep {
  readonly number: number
  readonly name: string
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
}

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'failure'
  readonly title: string | null
  readonly message: string
}

export interface Artifact {
  readonly id: number
  readonly name: string
  readonly sizeBytes: number
  readonly expired: boolean
}
