import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'
import { type Assignment, parseAssignments } from './assignments.ts'

/** The files one step writes its results into. */
export interface FileCommands {
  /** The variables that tell the step where they are. */
  readonly env: Readonly<Record<FileVariable, string>>
  /** Reads what the step wrote and removes the files. To be called once, when the step's processes have ended. */
  collect(): Promise<FileCommandResult>
}

export interface FileCommandResult {
  readonly outputs: ReadonlyMap<string, string>
  readonly env: ReadonlyMap<string, string>
  /** In the order written; a later one goes in front of an earlier one on PATH. */
  readonly path: readonly string[]
  readonly state: ReadonlyMap<string, string>
  /** Markdown, not yet masked; null when there is none. */
  readonly summary: string | null
  /** Each fails the step, as with the official runner, but for those of the summary, which begin with its variable. */
  readonly problems: readonly string[]
}

type FileVariable = keyof typeof fileNames

const fileNames = {
  GITHUB_OUTPUT: 'output',
  GITHUB_ENV: 'env',
  GITHUB_PATH: 'path',
  GITHUB_STATE: 'state',
  GITHUB_STEP_SUMMARY: 'summary.md',
} as const

/** GitHub's limit for one step's summary. */
const maxSummaryBytes = 1024 * 1024
/** Far above any honest use; keeps a step from filling the worker's memory. */
const maxFileBytes = 16 * 1024 * 1024

/** Makes fresh, empty files for one step in a new folder below `dir`. */
export async function createFileCommands(dir: string): Promise<FileCommands> {
  await mkdir(dir, { recursive: true })
  const folder = await mkdtemp(join(dir, 'step-'))
  const place = (variable: FileVariable) => join(folder, fileNames[variable])
  const env = {
    GITHUB_OUTPUT: place('GITHUB_OUTPUT'),
    GITHUB_ENV: place('GITHUB_ENV'),
    GITHUB_PATH: place('GITHUB_PATH'),
    GITHUB_STATE: place('GITHUB_STATE'),
    GITHUB_STEP_SUMMARY: place('GITHUB_STEP_SUMMARY'),
  }
  await Promise.all(Object.values(env).map(path => writeFile(path, '', { flag: 'wx' })))
  return {
    env,
    collect: async () => {
      const result = await collect(env)
      await rm(folder, { recursive: true, force: true })
      return result
    },
  }
}

async function collect(files: FileCommands['env']): Promise<FileCommandResult> {
  const problems: string[] = []
  const report = (variable: FileVariable) => (problem: string) => {
    problems.push(`$${variable}: ${problem}`)
  }
  const text = (variable: FileVariable, maxBytes = maxFileBytes) =>
    readStepFile(files[variable], maxBytes, report(variable))
  const assignments = async (variable: FileVariable) =>
    parseAssignments(await text(variable), report(variable))

  const env = allowedEnv(await assignments('GITHUB_ENV'), report('GITHUB_ENV'))
  const outputs = new Map(await assignments('GITHUB_OUTPUT'))
  const state = new Map(await assignments('GITHUB_STATE'))
  const path = (await text('GITHUB_PATH')).split(/\r?\n/).filter(line => line.trim() !== '')
  const summary = await text('GITHUB_STEP_SUMMARY', maxSummaryBytes)
  return { outputs, env, path, state, summary: summary.trim() === '' ? null : summary, problems }
}

/** '' when the step removed the file. Whatever else it put in the place of it is not followed, opened or waited for. */
async function readStepFile(
  path: string,
  maxBytes: number,
  report: (problem: string) => void,
): Promise<string> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) {
      report('is no longer a regular file, so it was ignored')
      return ''
    }
    if (found.size > maxBytes) {
      report(`holds ${found.size} bytes, more than the ${maxBytes / 1024} KiB allowed, so it was ignored`)
      return ''
    }
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return ''
    report(`could not be read (${systemErrorCode(thrown) ?? 'unknown reason'}), so it was ignored`)
    return ''
  }
}

/** NODE_OPTIONS would run code in every later action; the runner's own variables are the truth about the job. */
function allowedEnv(
  assignments: readonly Assignment[],
  report: (problem: string) => void,
): ReadonlyMap<string, string> {
  const allowed = assignments.filter(([name]) => {
    const refused = /^(NODE_OPTIONS$|GITHUB_|RUNNER_)/i.test(name)
    if (refused) report(`${name} may not be set by a step`)
    return !refused
  })
  return new Map(allowed)
}
