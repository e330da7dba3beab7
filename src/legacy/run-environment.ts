import type { ShippedWorkflow } from '../model/shipped-workflows.ts'
import { jobRepository } from './job-api.ts'
import type { StoredRun } from './run-store.ts'
import { declaredInputs, onlyRef } from './workflows.ts'

/** Of the machine's own environment, jobs see these and no others, as with the embedded runner. */
const allowed = /^(PATH|LANG|LC_[A-Z]+|TZ|USER|LOGNAME)$/

export interface RunPlace {
  readonly runnerName: string
  readonly home: string
  /** RUNNER_TEMP. The job publishes its result below it. */
  readonly temp: string
  readonly apiUrl: string
  readonly token: string
  /** RELAYQ_CONFIG_HOME, RELAYQ_CACHE_HOME: where jobs find the machine's settings and models. */
  readonly passEnv: Readonly<Record<string, string>>
}

/** The whole environment of `relayq run-job`: as a step of the workflow would hand it on, on a runner of this name. */
export function runEnvironment(
  run: StoredRun,
  workflow: ShippedWorkflow,
  place: RunPlace,
  machine: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const { inputs } = run
  const input = (name: string) => inputs[name] ?? ''
  return {
    ...pickAllowed(machine),
    ...{ TERM: 'dumb', CI: 'true', HOME: place.home, TMPDIR: place.temp },
    ...place.passEnv,
    ...{ RUNNER_NAME: place.runnerName, RUNNER_TEMP: place.temp, RUNNER_ENVIRONMENT: 'self-hosted' },
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: place.apiUrl,
    GITHUB_REPOSITORY: jobRepository,
    GITHUB_RUN_ID: String(run.id),
    GITHUB_WORKFLOW_REF: `${jobRepository}/.github/workflows/${run.workflow}@refs/heads/${onlyRef}`,
    RELAYQ_PROTOCOL: '1',
    RELAYQ_ID: input('relayq_id'),
    RELAYQ_IGNORE_RUNS: input('relayq_ignore'),
    RELAYQ_TOKEN: place.token,
    RELAYQ_MAX_SIZE_MB: input('max_size_mb'),
    RELAYQ_VERIFY: input('verify'),
    ...kindInputs(run, workflow),
  }
}

function kindInputs({ inputs }: StoredRun, workflow: ShippedWorkflow): Readonly<Record<string, string>> {
  if (workflow.kind === null) return { RELAYQ_INPUTS: inputs['inputs'] ?? '' }
  const names = declaredInputs(workflow).filter(name => inputs[name] !== undefined)
  return Object.fromEntries(names.map(name => [`RELAYQ_INPUT_${name.toUpperCase()}`, inputs[name] ?? '']))
}

function pickAllowed(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => allowed.test(entry[0]) && entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}
