import type { BodyResult, JobState, StepFrame } from './job-state.ts'
import { runStepCommand } from './step-command.ts'

interface NodeScript {
  /** Absolute path. */
  readonly script: string
  readonly inputs: Readonly<Record<string, string>>
  /** What pre and main saved for those that come after them: STATE_*. */
  readonly actionState: Map<string, string>
}

/** Runs one script of a JavaScript action on this program's own Node, whatever version the action names. */
export function runNodeScript(
  { script, inputs, actionState }: NodeScript,
  frame: StepFrame,
): Promise<BodyResult> {
  const variables = [
    ...Object.entries(inputs).map(([name, value]) => [`INPUT_${inputVariable(name)}`, value] as const),
    ...[...actionState].map(([name, value]) => [`STATE_${name}`, value] as const),
  ]
  return runStepCommand(frame, {
    program: process.execPath,
    args: [script],
    cwd: frame.scope.state.folders.workspace,
    extraEnv: { ...serviceVariables(frame.scope.state), ...Object.fromEntries(variables) },
    state: actionState,
  })
}

/** As `core.getInput` looks for them: dashes stay. */
function inputVariable(name: string): string {
  return name.replaceAll(' ', '_').toUpperCase()
}

/**
 * The job's own way to the hub's services (docs/protocol.md, "Job tokens"). Actions get it; scripts of the workflow
 * do not.
 */
function serviceVariables({ job: { message } }: JobState): Record<string, string> {
  const endpoint = message.resources.endpoints.find(({ name }) => name === 'SystemVssConnection')
  if (!endpoint) return {}
  const data = endpoint.data ?? {}
  const results = data['ResultsServiceUrl'] ?? message.variables['system.github.results_endpoint']?.value
  const cache = data['CacheServerUrl']
  return {
    ACTIONS_RUNTIME_URL: data['PipelinesServiceUrl'] ?? endpoint.url,
    ACTIONS_RUNTIME_TOKEN: endpoint.authorization.parameters.AccessToken,
    ...(results === undefined ? {} : { ACTIONS_RESULTS_URL: results }),
    ...(cache === undefined ? {} : { ACTIONS_CACHE_URL: cache }),
    ...(message.variables['actions_uses_cache_service_v2']?.value === 'true'
      ? { ACTIONS_CACHE_SERVICE_V2: 'true' }
      : {}),
  }
}
