import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { searchPath } from './environment.ts'
import type { BodyResult, StepFrame } from './job-state.ts'
import { chooseShell } from './shells.ts'
import { runStepCommand } from './step-command.ts'

/** A `run:` step with its expressions evaluated; '' where something is not declared. */
export interface Script {
  readonly text: string
  readonly shell: string
  readonly workingDirectory: string
}

/** Writes the script to a file of the job's temp folder and runs it; inputs reach it by environment only. */
export async function runScript(script: Script, frame: StepFrame): Promise<BodyResult> {
  const { state } = frame.scope
  const path = searchPath(state, frame.env)
  const choice = await chooseShell(script.shell || state.runDefaults.shell, path)
  if (choice.kind === 'refused') {
    frame.output.error(choice.reason)
    return { succeeded: false, outputs: {} }
  }
  const { shell, description } = choice
  frame.output.group(`Run ${firstLine(script.text)}`, [
    ...script.text.trimEnd().split('\n').map(cyan),
    `shell: ${description}`,
    ...describeEnv(frame.env),
  ])
  const file = join(state.folders.temp, `${randomUUID()}${shell.extension}`)
  // An earlier step may have cleared up too well.
  await mkdir(state.folders.temp, { recursive: true })
  await writeFile(file, `${script.text.trimEnd()}\n`, { mode: 0o700 })
  try {
    return await runStepCommand(frame, {
      program: shell.program,
      args: shell.args.map(argument => argument.replaceAll('{0}', file)),
      cwd: resolve(state.folders.workspace, script.workingDirectory || state.runDefaults.workingDirectory),
      extraEnv: {},
      state: new Map(),
    })
  } finally {
    await rm(file, { force: true })
  }
}

export function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0] ?? ''
}

/** The block below a step's header: what the workflow set, not what the runner adds. */
export function describeEnv(env: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(env)
  return entries.length === 0 ? [] : ['env:', ...entries.map(([name, value]) => `  ${name}: ${value}`)]
}

/** GitHub's pages show the script in this colour. */
function cyan(line: string): string {
  return `\u001b[36;1m${line}\u001b[0m`
}
