import { statfs } from 'node:fs/promises'
import { availableParallelism, hostname } from 'node:os'
import { RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'
import type { JobResult } from '../model/result.ts'
import type { MachineSize } from '../speech/backend.ts'
import { usableMemoryMb } from '../speech/model-memory.ts'
import type { JobContext } from './context.ts'
import { usualProgramFolders, withoutSecrets, withoutToken } from './program-folders.ts'
import { speechEngines } from './select-engine.ts'

/** What jobs, also a user's own, may ask a machine for: a tool's name, and what its program may be called. */
const tools: readonly (readonly [string, readonly string[]])[] = [
  ['ffmpeg', ['ffmpeg']],
  ['ffprobe', ['ffprobe']],
  ['yt-dlp', ['yt-dlp']],
  ['whisper-cli', ['whisper-cli', 'whisper-cpp']],
  ['pocketsphinx', ['pocketsphinx', 'pocketsphinx_continuous']],
  ['python3', ['python3']],
  ['git', ['git']],
  ['docker', ['docker']],
]

const mebibyte = 1_048_576

/** What this machine says of itself, for those who choose machines. Nothing is started but a look at what is there. */
export async function readMachine(context: JobContext, workFolder: string): Promise<JobResult['runner']> {
  const folders = context.programFolders ?? usualProgramFolders(context.env)
  const installed = await installedTools(context.env['PATH'], folders)
  const freeDiskMb = await readFreeDisk(workFolder)
  return {
    name: context.env['RUNNER_NAME'] || hostname(),
    arch: process.arch,
    os: nameOfSystem(),
    ...machineSize(),
    ffmpeg: installed.includes('ffmpeg'),
    tools: installed,
    engines: await installedEngines(context, folders),
    inputRoots: context.config.inputRoots,
    ...(freeDiskMb === null ? {} : { freeDiskMb }),
  }
}

/** Of a container it is what the container may use. */
export function machineSize(): MachineSize {
  return { memoryMb: usableMemoryMb(), cores: availableParallelism() }
}

/** As GitHub's REST API calls the system of a runner. */
function nameOfSystem(): string {
  if (process.platform === 'darwin') return 'macos'
  return process.platform === 'win32' ? 'windows' : process.platform
}

async function installedTools(path: string | undefined, folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    tools.map(async ([tool, programs]) =>
      (await findProgram(programs, path, folders)) === null ? [] : [tool],
    ),
  )
  return found.flat()
}

async function installedEngines(context: JobContext, folders: readonly string[]) {
  const engines = enginesOrNone(context, folders)
  const found = await Promise.all(
    Object.values(engines).map(async engine => ({ name: engine.name, models: await engine.listModels() })),
  )
  return found.flatMap(({ name, models }) => (models === null ? [] : [{ name, models }]))
}

/** A mistake in what the machine is configured for has failed the job; its result is to say so. */
function enginesOrNone({ config, env }: JobContext, folders: readonly string[]) {
  try {
    return speechEngines(config, withoutSecrets(withoutToken(env), config.secrets), folders)
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'invalid_config') return {}
    throw thrown
  }
}

/** null where the system does not say: it is no reason for a job to fail. */
async function readFreeDisk(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return Math.floor((bavail * bsize) / mebibyte)
  } catch {
    return null
  }
}
