/** What RelayQ hands to its own step. */
const ofTheStep = /^RELAYQ_(?:INPUT_\w+|INPUTS|TOKEN|KIND|PROTOCOL|IGNORE_RUNS|MAX_SIZE_MB|VERIFY)$/
/** Files by which a step commands the runner: they would set the step's outputs, and the PATH of later steps. */
const commandFiles = /^GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/

/** What a script is told besides: its documented interface. */
export interface ScriptVariables {
  /** A file; left out where the job has no source. */
  readonly RELAYQ_JOB_INPUT?: string
  /** A folder. What lies there in the end is the result. */
  readonly RELAYQ_JOB_OUTPUT: string
}

/** The step's own environment, as the workflow's author wrote it, less what is RelayQ's alone. */
export function scriptEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  variables: ScriptVariables,
): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !ofTheStep.test(name) && !commandFiles.test(name))
  return { ...Object.fromEntries(kept), ...variables }
}
