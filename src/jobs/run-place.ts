import { RelayError } from '../base/errors.ts'
import type { GitHubTarget } from '../github/target.ts'
import { parseAttemptId } from '../model/attempt-id.ts'
import type { OwnRun } from './may-start.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Which run this is, and where to ask about its brothers. */
export interface RunPlace {
  readonly own: OwnRun
  readonly target: GitHubTarget
  /** The workflow's file name. */
  readonly workflow: string
}

/**
 * As the workflow and the runner say in the step's environment (GITHUB_*: GitHub's default variables). null where there
 * is nothing to ask about: a plain dispatch, a job started by hand, a workflow that hands on no token. Throws
 * `invalid_input` for a list of runs that is none.
 */
export function readPlace(env: Env): RunPlace | null {
  const attempt = parseAttemptId(env['RELAYQ_ID'] ?? '')
  const id = Number(env['GITHUB_RUN_ID'] ?? '')
  const target = readRepository(env)
  const workflow = workflowOfRef(env['GITHUB_WORKFLOW_REF'] ?? '')
  if (!attempt || !isRunId(id) || target === null || workflow === null) return null
  const ignored = readIgnored(env['RELAYQ_IGNORE_RUNS'] ?? '')
  return { own: { id, attempt, ignored }, target, workflow }
}

/** The repository this runs for, with the step's own token; null where the step has none. */
export function readRepository(env: Env): GitHubTarget | null {
  const apiUrl = env['GITHUB_API_URL'] ?? ''
  const token = env['RELAYQ_TOKEN'] ?? ''
  const [owner = '', repo = ''] = (env['GITHUB_REPOSITORY'] ?? '').split('/')
  if (!URL.canParse(apiUrl) || token === '' || owner === '' || repo === '') return null
  return { apiUrl, token, owner, repo }
}

/** `octo/queue/.github/workflows/x.yml@refs/heads/main` → `x.yml` */
function workflowOfRef(ref: string): string | null {
  return /\/\.github\/workflows\/([^/@]+)@/.exec(ref)?.[1] ?? null
}

function readIgnored(list: string): ReadonlySet<number> {
  const ids = list
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(Number)
  if (ids.every(isRunId)) return new Set(ids)
  throw new RelayError('invalid_input', `relayq_ignore cannot be ${JSON.stringify(list.slice(0, 80))}.`, {
    hint: 'It is the ids of the runs that were given up, with commas between.',
  })
}

function isRunId(id: number): boolean {
  return Number.isSafeInteger(id) && id > 0
}
