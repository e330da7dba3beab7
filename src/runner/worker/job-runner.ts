import { hostname } from 'node:os'
import { asError, explain, RelayError } from '../../base/errors.ts'
import { killMarked, listMarked } from '../../base/process-tree.ts'
import { runnerStopped } from '../../model/runner-stopped.ts'
import type { CompleteJobRequest, TaskResult, WireAnnotation } from '../../protocol/runner-api.ts'
import { trackingVariable, type WorkerJob } from '../../protocol/worker-ipc.ts'
import { removeFolder } from '../folders.ts'
import { ServiceClient } from '../service-client.ts'
import { protocolRelease } from '../version.ts'
import { describeAction } from './action-reference.ts'
import { jobOutputs, reportCompletion } from './job-completion.ts'
import { maskerOf, setUpJob } from './job-setup.ts'
import { expressionsOf, type JobSignals, type JobState, type StepScope } from './job-state.ts'
import { type JobStep, JobSteps } from './job-steps.ts'
import { ResultsClient } from './results-client.ts'
import { displayNameOf, runnableStep } from './step-body.ts'
import { type RunnableStep, runStep } from './step-runner.ts'
import { StepUpdates } from './step-updates.ts'

/** What processes a job leaves behind get between TERM and KILL. */
const orphanGraceMs = 2500

const stoppedUnderWay: WireAnnotation = {
  level: 'failure',
  message: runnerStopped,
  isInfrastructureIssue: true,
}

interface JobEnd {
  readonly conclusion: TaskResult
  readonly reported: boolean
}

/**
 * Runs one job from its message to completejob. All that happens is a step with a log: setting up, the job's own steps,
 * what actions want done afterwards, and clearing up. Throws only when the message itself cannot be used.
 */
export async function runJob(job: WorkerJob, signals: JobSignals): Promise<JobEnd> {
  const service = serviceOf(job)
  const client = new ServiceClient(service.token)
  signals.abandoned.addEventListener('abort', () => client.close(), { once: true })
  const results = new ResultsClient(client, service.resultsUrl, service)
  const updates = new StepUpdates(results)
  const masker = maskerOf(job.message)
  const debug = job.message.variables['ACTIONS_STEP_DEBUG']?.value === 'true'
  const steps = new JobSteps({ results, updates, masker, debug })

  const setup = steps.add('Set up job')
  setup.begin()
  let conclusion: TaskResult = 'failed'
  let outputs: CompleteJobRequest['outputs'] = {}
  try {
    const state = await setUpJob(job, masker, signals)
    ;({ conclusion, outputs } = await runSteps(state, steps, setup))
  } catch (thrown) {
    setup.output.error(explain(thrown))
    setup.end('failure')
  }
  await Promise.all([steps.drain(), updates.close()])
  const reported = await reportCompletion(client, service, {
    conclusion,
    outputs,
    stepResults: steps.stepResults,
    annotations: conclusion === 'canceled' && signals.runnerStops.aborted ? [stoppedUnderWay] : [],
  })
  client.close()
  await removeFolder(job.jobDir).catch((thrown: unknown) => {
    process.stderr.write(`${job.jobDir} remains: ${asError(thrown).message}\n`)
  })
  return { conclusion, reported }
}

type StepsEnd = Pick<CompleteJobRequest, 'conclusion' | 'outputs'>

async function runSteps(state: JobState, steps: JobSteps, setup: JobStep): Promise<StepsEnd> {
  const scope: StepScope = {
    state,
    steps: new Map(),
    inputs: undefined,
    env: {},
    status: { failed: false },
    signal: state.signals.cancel,
    github: {},
    depth: 0,
  }
  describeJob(state, setup)
  const pres = await planPreSteps(state, { steps, setup })
  const names = expressionsOf(scope, Object.fromEntries(state.env))
  const mains = state.job.message.steps.map(step => {
    const name = state.masker.mask(displayNameOf(step, names))
    return { step: runnableStep(step, name), shown: steps.add(name, step.id) }
  })
  setup.end('success')
  for (const { step, shown } of [...pres, ...mains]) await runShown(step, shown, scope)
  await runPosts(scope, steps)
  return complete(scope, steps)
}

interface PlannedStep {
  readonly step: RunnableStep
  readonly shown: JobStep
}

/** Fetches every action that is not of the workspace, so that a missing one fails the job before it has done anything. */
async function planPreSteps(
  state: JobState,
  { steps, setup }: { readonly steps: JobSteps; readonly setup: JobStep },
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = []
  for (const step of state.job.message.steps) {
    const { reference } = step
    if (reference.type === 'script') continue
    if (reference.type === 'repository' && reference.repositoryType === 'self') continue
    const { preStepOf } = await import('./action-step.ts')
    const { note, pre } = await preStepOf({ ...step, reference }, state)
    setup.output.line(note)
    if (pre !== null) planned.push(hookStep(steps, `Pre Run ${describeAction(reference)}`, pre))
  }
  return planned
}

/** A step that no workflow wrote: what an action wants done before or after the others. */
function hookStep(
  steps: JobSteps,
  name: string,
  hook: Pick<RunnableStep, 'condition' | 'body'>,
): PlannedStep {
  const shown = steps.add(name)
  const step: RunnableStep = {
    contextName: `__hook_${shown.id}`,
    displayName: name,
    condition: hook.condition,
    environment: null,
    continueOnError: null,
    timeoutInMinutes: null,
    body: hook.body,
  }
  return { step, shown }
}

async function runShown(step: RunnableStep, shown: JobStep, scope: StepScope): Promise<void> {
  const conclusion = await runStep(step, {
    scope,
    output: shown.output,
    summary: shown.summary,
    stepId: shown.id,
    begin: () => shown.begin(),
  })
  shown.end(conclusion)
}

/** Last in, first out; a post step may not add another. Their conditions ask how the job stands, wherever they come from. */
async function runPosts(scope: StepScope, steps: JobSteps): Promise<void> {
  for (const post of scope.state.posts.toReversed()) {
    const { step, shown } = hookStep(steps, `Post ${post.displayName}`, post)
    await runShown(step, shown, { ...post.scope, env: post.env, status: scope.status, signal: scope.signal })
  }
}

async function complete(scope: StepScope, steps: JobSteps): Promise<StepsEnd> {
  const { state } = scope
  const last = steps.add('Complete job')
  last.begin()
  last.output.line('Cleaning up orphan processes')
  await endOrphans(state, last)
  let outputs: StepsEnd['outputs'] = {}
  try {
    outputs = jobOutputs(state, expressionsOf(scope, Object.fromEntries(state.env)), last.output)
  } catch (thrown) {
    last.output.error(`The job's outputs could not be evaluated: ${asError(thrown).message}`)
    scope.status.failed = true
  }
  if (steps.undelivered > 0) last.output.warning(`${steps.undelivered} log lines could not be uploaded.`)
  last.end('success')
  const conclusion = state.signals.cancel.aborted ? 'canceled' : scope.status.failed ? 'failed' : 'succeeded'
  return { conclusion, outputs }
}

async function endOrphans(state: JobState, last: JobStep): Promise<void> {
  const marker = { name: trackingVariable, value: state.job.message.jobId }
  const orphans = await listMarked(marker)
  for (const pid of orphans) last.output.line(`Terminate orphan process: pid (${pid})`)
  if (orphans.length > 0) await killMarked(marker, { graceMs: orphanGraceMs })
}

function describeJob({ job, folders }: JobState, { output }: JobStep): void {
  output.line(`Current runner version: '${protocolRelease}' (RelayQ's embedded runner)`)
  output.line(`Runner name: '${job.runnerName}'`)
  output.line(`Machine name: '${hostname()}'`)
  output.line('Prepare workflow directory')
  output.debug(`The workspace is ${folders.workspace}`)
  output.line(`Complete job name: ${job.message.jobDisplayName}`)
}

/** Where the job reports to, and as whom. */
function serviceOf({ message }: WorkerJob) {
  const endpoint = message.resources.endpoints.find(({ name }) => name === 'SystemVssConnection')
  const token = endpoint?.authorization?.parameters?.AccessToken
  if (!endpoint || !token) throw new RelayError('internal', 'The job message names no run service.')
  return {
    url: endpoint.url.endsWith('/') ? endpoint.url : `${endpoint.url}/`,
    token,
    resultsUrl:
      message.variables['system.github.results_endpoint']?.value ??
      endpoint.data?.['ResultsServiceUrl'] ??
      endpoint.url,
    planId: message.plan.planId,
    jobId: message.jobId,
  }
}
