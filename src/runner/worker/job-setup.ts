import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { Masker } from '../../base/masker.ts'
import { type ContextData, decodeContextData } from '../../protocol/context-data.ts'
import type { JobMessage } from '../../protocol/job-message.ts'
import type { WorkerJob } from '../../protocol/worker-ipc.ts'
import type { ExpressionScope } from '../../workflow/expression.ts'
import { evaluateToken } from '../../workflow/tokens.ts'
import { runnerContext } from './environment.ts'
import { createJobFolders } from './job-folders.ts'
import type { JobSignals, JobState } from './job-state.ts'
import { evaluateMap } from './step-runner.ts'

/** Everything secret in a job message, before the first line is written. */
export function maskerOf(message: JobMessage): Masker {
  const masker = new Masker()
  for (const { value, isSecret } of Object.values(message.variables)) if (isSecret) masker.add(value)
  for (const { value } of message.mask ?? []) masker.add(value)
  const endpoint = message.resources.endpoints.find(({ name }) => name === 'SystemVssConnection')
  if (endpoint) masker.add(endpoint.authorization.parameters.AccessToken)
  return masker
}

/** Makes the job's folders, writes its event file, and evaluates what holds for all its steps. */
export async function setUpJob(job: WorkerJob, masker: Masker, signals: JobSignals): Promise<JobState> {
  const { message } = job
  const decoded = decodeContexts(message)
  const github = isJsonObject(decoded['github']) ? decoded['github'] : {}
  const repository = typeof github['repository'] === 'string' ? github['repository'] : ''
  const folders = await createJobFolders(job.jobDir, job.toolCacheDir, repository)
  const eventPath = await writeEvent(folders.temp, github)
  const debug = message.variables['ACTIONS_STEP_DEBUG']?.value === 'true'
  const contexts = {
    ...decoded,
    github: {
      ...github,
      job: message.jobName,
      workspace: folders.workspace,
      event_path: eventPath,
      token: message.variables['system.github.token']?.value ?? '',
    },
    secrets: secretsOf(message),
    runner: runnerContext({ ...folders, name: job.runnerName, debug }),
  }
  return {
    job,
    folders,
    masker,
    contexts,
    env: new Map(Object.entries(jobEnv(message, contexts))),
    path: [],
    runDefaults: runDefaults(message, { contexts }),
    signals,
    posts: [],
    actionStates: new Map(),
    actions: new Map(),
    debug,
  }
}

function decodeContexts(message: JobMessage): JsonObject {
  const entries = Object.entries(message.contextData).map(
    ([name, data]) => [name, decodeContextData(data as ContextData)] as const,
  )
  return Object.fromEntries(entries)
}

/** `event` stays in the context; the file is what GITHUB_EVENT_PATH names. */
async function writeEvent(temp: string, github: JsonObject): Promise<string> {
  const folder = join(temp, '_github_workflow')
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'event.json')
  await writeFile(path, JSON.stringify(github['event'] ?? {}, null, 2))
  return path
}

/** Every secret variable but the runner's own (docs/protocol.md, "Job message"). */
function secretsOf(message: JobMessage): JsonObject {
  const secrets = Object.entries(message.variables).filter(
    ([name, { isSecret }]) => isSecret && !name.startsWith('system.'),
  )
  return Object.fromEntries(
    secrets.map(([name, { value }]) => [name === 'github_token' ? 'GITHUB_TOKEN' : name, value]),
  )
}

/** Workflow env, then job env; each may read what the ones before it set. */
function jobEnv(message: JobMessage, contexts: JsonObject): Record<string, string> {
  let env: Record<string, string> = {}
  for (const token of message.environmentVariables ?? []) {
    env = { ...env, ...evaluateMap(token, { contexts: { ...contexts, env } }) }
  }
  return env
}

function runDefaults(message: JobMessage, expressions: ExpressionScope): JobState['runDefaults'] {
  let shell = ''
  let workingDirectory = ''
  for (const token of message.defaults ?? []) {
    const value = evaluateToken(token, expressions)
    const run = isJsonObject(value) && isJsonObject(value['run']) ? value['run'] : {}
    shell = String(run['shell'] ?? shell)
    workingDirectory = String(run['working-directory'] ?? workingDirectory)
  }
  return { shell, workingDirectory }
}
