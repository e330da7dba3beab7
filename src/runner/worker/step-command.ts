import { processEnvironment } from './environment.ts'
import { createFileCommands, type FileCommandResult } from './file-commands.ts'
import type { BodyResult, StepFrame } from './job-state.ts'
import { type ProgramEnd, runStepProgram } from './step-process.ts'

interface StepCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly extraEnv: Readonly<Record<string, string>>
  /** Filled by the program; kept by an action from its pre to its post. */
  readonly state: Map<string, string>
}

/** Runs one program with its environment files and workflow commands, and lets both take effect on the job. */
export async function runStepCommand(frame: StepFrame, command: StepCommand): Promise<BodyResult> {
  const { state } = frame.scope
  const files = await createFileCommands(state.folders.fileCommands)
  const outputs = new Map<string, string>()
  let refused = false
  const onLine = frame.output.fromProgram({ outputs, state: command.state }, () => {
    refused = true
  })
  const env = processEnvironment({
    scope: frame.scope,
    stepId: frame.stepId,
    env: frame.env,
    extra: { ...command.extraEnv, ...files.env, GITHUB_ACTION: frame.contextName },
  })
  const end = await runStepProgram(
    { program: command.program, args: command.args, cwd: command.cwd, env },
    { onLine, room: () => frame.output.room, signal: frame.signal },
  )
  const written = await files.collect()
  const problem = applyFileCommands(frame, written, { outputs, state: command.state })
  const ended = explainEnd(end, command)
  if (ended !== null && !frame.signal.aborted) frame.output.error(ended)
  return {
    succeeded: ended === null && !refused && !problem,
    outputs: Object.fromEntries(outputs),
  }
}

/** Answers whether one of the files was unusable, which fails the step; a bad summary only warns. */
function applyFileCommands(
  frame: StepFrame,
  written: FileCommandResult,
  values: { readonly outputs: Map<string, string>; readonly state: Map<string, string> },
): boolean {
  const { state } = frame.scope
  for (const [name, value] of written.outputs) values.outputs.set(name, value)
  for (const [name, value] of written.state) values.state.set(name, value)
  for (const [name, value] of written.env) state.env.set(name, value)
  state.path.push(...written.path)
  if (written.summary !== null) frame.summary.push(written.summary)
  const [warnings, errors] = [true, false].map(isSummary =>
    written.problems.filter(problem => problem.startsWith('$GITHUB_STEP_SUMMARY') === isSummary),
  )
  for (const warning of warnings ?? []) frame.output.warning(warning)
  for (const error of errors ?? []) frame.output.error(error)
  return (errors ?? []).length > 0
}

function explainEnd(end: ProgramEnd, { program }: StepCommand): string | null {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? null : `Process completed with exit code ${end.code}.`
    case 'signalled':
      return `Process was ended by ${end.signal}.`
    case 'not_started':
      return `${program} could not be started: ${end.reason}.`
  }
}
