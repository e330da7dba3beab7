import type { JsonObject } from '../../base/json.ts'
import type { ConcurrencySetting } from '../../workflow/concurrency.ts'
import { githubContext } from '../../workflow/contexts.ts'
import type { JobResult } from '../../workflow/functions.ts'
import {
  evaluateConcurrency,
  evaluateRunName,
  type JobPlan,
  type NeedResult,
  type PlanContexts,
  planJob,
} from '../../workflow/plan.ts'
import { eventInputs } from '../../workflow/triggers.ts'
import type { JobTemplate, Permissions, Workflow } from '../../workflow/workflow.ts'
import type { StoredJob } from '../store/jobs.ts'
import type { StoredRun } from '../store/runs.ts'
import { resultOfJobs } from './results.ts'

/** What every run of this hub has in common. */
export interface HubFacts {
  readonly repository: { readonly owner: string; readonly name: string; readonly defaultBranch: string }
  /** Without trailing slashes. */
  readonly serverUrl: string
  readonly apiUrl: string
  /** The repository's variables. */
  readonly vars: Readonly<Record<string, string>>
  /** Of a job's token whose workflow declares none. */
  readonly defaultPermissions: Permissions
}

/** The hub has one repository and one owner; GitHub's contexts want a number for each. */
const repositoryId = 1

/** The `github` context of a run, as expressions in the workflow file see it. */
export function githubOfRun(facts: HubFacts, run: StoredRun): JsonObject {
  const repository = `${facts.repository.owner}/${facts.repository.name}`
  return githubContext({
    repository,
    repositoryId,
    repositoryOwnerId: repositoryId,
    serverUrl: facts.serverUrl,
    apiUrl: facts.apiUrl,
    graphqlUrl: facts.apiUrl.replace(/v3$/, 'graphql'),
    runId: run.id,
    runNumber: run.runNumber,
    runAttempt: run.runAttempt,
    workflowName: run.workflowName,
    workflowPath: run.workflowPath,
    ref: run.ref,
    sha: run.headSha,
    actor: run.actor,
    eventName: run.event,
    event: {
      ...eventOfRun(run),
      repository: {
        full_name: repository,
        name: facts.repository.name,
        owner: { login: facts.repository.owner },
        default_branch: facts.repository.defaultBranch,
      },
      sender: { login: run.actor },
    },
  })
}

/** What `github.event` holds for this event alone. */
function eventOfRun(run: StoredRun): JsonObject {
  const dispatch = run.repositoryDispatch
  if (!dispatch) return { inputs: eventInputs(run.inputs), ref: run.ref, workflow: run.workflowPath }
  return { action: dispatch.eventType, branch: run.headBranch, client_payload: dispatch.clientPayload }
}

/**
 * A run of `repository_dispatch` without a `run-name` goes by its event's type. Throws RelayError `invalid_workflow`,
 * as do all that evaluate a run's own keys.
 */
export function titleOfRun(facts: HubFacts, run: StoredRun): string {
  if (run.repositoryDispatch && run.workflow.runName === null) return run.repositoryDispatch.eventType
  return evaluateRunName(run.workflow, runContexts(facts, run))
}

export function concurrencyOfRun(facts: HubFacts, run: StoredRun): ConcurrencySetting | null {
  return evaluateConcurrency(run.workflow.concurrency, runContexts(facts, run))
}

/** What becomes of a job whose needs have all ended. `jobs`: all of the run so far. */
export function planJobOfRun(
  facts: HubFacts,
  run: StoredRun,
  template: JobTemplate,
  jobs: readonly StoredJob[],
): JobPlan {
  const ancestors = ancestorKeys(run.workflow, template).map(key => resultOfKey(jobs, key))
  const contexts = { ...runContexts(facts, run), needs: needsOfJob(template, jobs), ancestors }
  return planJob(run.workflow, template, contexts, { cancelled: run.cancelRequested })
}

/** Results and outputs of a job's direct needs; of the instances of a matrix, the last to set an output wins. */
export function needsOfJob(
  template: JobTemplate,
  jobs: readonly StoredJob[],
): Readonly<Record<string, NeedResult>> {
  return Object.fromEntries(
    template.needs.map(key => {
      const instances = jobs.filter(job => job.key === key)
      const outputs = instances
        .flatMap(job => Object.entries(job.outputs))
        .filter(([, value]) => value !== '')
      return [key, { result: resultOfJobs(instances), outputs: Object.fromEntries(outputs) }]
    }),
  )
}

/** How a job that was never planned is shown: its literal name, else its key. */
export function displayName(template: JobTemplate): string {
  return typeof template.name === 'string' && template.name !== '' ? template.name : template.key
}

function runContexts(facts: HubFacts, run: StoredRun): PlanContexts {
  return { github: githubOfRun(facts, run), inputs: run.inputs, vars: { ...facts.vars }, needs: {} }
}

function resultOfKey(jobs: readonly StoredJob[], key: string): JobResult {
  return resultOfJobs(jobs.filter(job => job.key === key))
}

function ancestorKeys(workflow: Workflow, template: JobTemplate): readonly string[] {
  const found = new Set(template.needs)
  for (const key of found) {
    const needs = workflow.jobs.find(job => job.key === key)?.needs ?? []
    for (const need of needs) found.add(need)
  }
  return [...found]
}
