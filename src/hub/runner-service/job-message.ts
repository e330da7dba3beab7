import { createHash } from 'node:crypto'
import type { JsonObject } from '../../base/json.ts'
import type { TemplateToken } from '../../model/template-token.ts'
import { encodeContextData } from '../../protocol/context-data.ts'
import type { JobMessage, StepMessage } from '../../protocol/job-message.ts'
import type { StepTemplate } from '../../workflow/step-template.ts'
import type { JobTemplate } from '../../workflow/workflow.ts'
import { githubOfRun, type HubFacts, needsOfJob } from '../scheduler/planning.ts'
import type { StoredJob } from '../store/jobs.ts'
import type { StoredRun } from '../store/runs.ts'

export interface JobMessageParts {
  readonly facts: HubFacts
  readonly run: StoredRun
  readonly job: StoredJob
  readonly template: JobTemplate
  /** All jobs of the run. */
  readonly jobs: readonly StoredJob[]
  readonly runtimeToken: string
  readonly githubToken: string
  /** The repository's secrets, by name. */
  readonly secrets: ReadonlyMap<string, string>
  /** Both end in `/`. */
  readonly runServiceUrl: string
  readonly resultsUrl: string
}

/**
 * The job as its runner gets it (docs/protocol.md, "Job message"). The same parts give the same message, so asking
 * again is harmless.
 */
export function buildJobMessage(parts: JobMessageParts): JobMessage {
  const { run, job, template } = parts
  return {
    messageType: 'RunnerJobRequest',
    plan: { planId: run.planId, planType: 'actions', version: 12, scopeIdentifier: run.planId },
    timeline: { id: guidOf(`${job.backendId} timeline`) },
    jobId: job.backendId,
    jobDisplayName: job.name,
    jobName: job.key,
    requestId: job.id,
    resources: { endpoints: [serviceEndpoint(parts)] },
    variables: variables(parts),
    contextData: {
      github: encodeContextData({ ...githubOfRun(parts.facts, run), job: job.key }),
      inputs: encodeContextData(run.inputs),
      needs: encodeContextData(needsContext(parts)),
      matrix: encodeContextData(job.matrix),
      strategy: encodeContextData(job.strategy),
      vars: encodeContextData({ ...parts.facts.vars }),
    },
    mask: [],
    steps: template.steps.map((step, index) => stepMessage(job, step, index)),
    environmentVariables: [run.workflow.env, template.env].filter(isDeclared),
    defaults: [run.workflow.defaults, template.defaults].filter(isDeclared),
    ...(isDeclared(template.outputs) ? { jobOutputs: template.outputs } : {}),
    fileTable: [run.workflowPath],
  }
}

function serviceEndpoint(parts: JobMessageParts): JobMessage['resources']['endpoints'][number] {
  return {
    name: 'SystemVssConnection',
    url: parts.runServiceUrl,
    authorization: { scheme: 'OAuth', parameters: { AccessToken: parts.runtimeToken } },
    data: { ResultsServiceUrl: parts.resultsUrl },
  }
}

function variables({ facts, run, job, template, ...parts }: JobMessageParts): JobMessage['variables'] {
  const permissions = template.permissions ??
    run.workflow.permissions ?? { ...facts.defaultPermissions, metadata: 'read' }
  const workflowFile = `${facts.repository.owner}/${facts.repository.name}/${run.workflowPath}`
  const secrets = [...parts.secrets].map(([name, value]) => [name, { value, isSecret: true }] as const)
  return {
    ...Object.fromEntries(secrets),
    'system.github.token': { value: parts.githubToken, isSecret: true },
    github_token: { value: parts.githubToken, isSecret: true },
    'system.github.token.permissions': { value: JSON.stringify(permissions) },
    'system.github.job': { value: job.key },
    'system.github.results_endpoint': { value: parts.resultsUrl },
    'system.github.launch_endpoint': { value: parts.resultsUrl },
    'system.runnerEnvironment': { value: 'self-hosted' },
    'system.runnerGroupName': { value: 'Default' },
    'system.orchestrationId': { value: `${run.planId}.${job.key}` },
    'system.phaseDisplayName': { value: job.name },
    'system.workflowFileFullPath': { value: workflowFile },
    'system.workflowFileRef': { value: run.ref },
    'system.workflowFileSha': { value: run.headSha },
    ...(run.debugLogging ? debugVariables : {}),
    actions_uses_cache_service_v2: { value: 'true' },
    actions_send_job_level_annotations: { value: 'true' },
    'DistributedTask.EnhancedAnnotations': { value: 'true' },
  }
}

/** What a rerun with debug logging asks runner and steps for. */
const debugVariables = { ACTIONS_STEP_DEBUG: { value: 'true' }, ACTIONS_RUNNER_DEBUG: { value: 'true' } }

function stepMessage(job: StoredJob, step: StepTemplate, index: number): StepMessage {
  return {
    type: 'action',
    id: guidOf(`${job.backendId} step ${index}`),
    name: step.name,
    contextName: step.contextName,
    condition: step.condition,
    reference: step.reference,
    ...(isDeclared(step.displayNameToken) ? { displayNameToken: step.displayNameToken } : {}),
    ...(isDeclared(step.continueOnError) ? { continueOnError: step.continueOnError } : {}),
    ...(isDeclared(step.timeoutInMinutes) ? { timeoutInMinutes: step.timeoutInMinutes } : {}),
    ...(isDeclared(step.environment) ? { environment: step.environment } : {}),
    ...(isDeclared(step.inputs) ? { inputs: step.inputs } : {}),
  }
}

function needsContext({ template, jobs }: JobMessageParts): JsonObject {
  const needs = needsOfJob(template, jobs)
  return Object.fromEntries(
    Object.entries(needs).map(([key, { result, outputs }]) => [key, { result, outputs: { ...outputs } }]),
  )
}

/** A GUID that follows from what it is for. */
function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

function isDeclared(token: TemplateToken): boolean {
  return token !== null
}
