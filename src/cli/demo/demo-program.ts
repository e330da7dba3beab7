import { join } from 'node:path'
import { RelayError } from '../../base/errors.ts'
import { runProgram } from '../../base/process.ts'
import { mainPath } from '../fleet/program.ts'
import type { DemoJob } from './plan.ts'

/** The package's own folder: src/cli/demo or dist/cli/demo lie three below it. */
export const packageFolder = join(import.meta.dirname, '..', '..', '..')

export interface Sent {
  /** What the command printed: a run's address, or a job's id. */
  readonly id: string
  /** What it said on stderr about its choice of machine; which broker it spoke to is the demo's affair. */
  readonly said: readonly string[]
}

/** Sends one job as a user would: through bin/dispatch.sh, or `relayq submit`. Throws `job_failed` with what it said. */
export async function send(job: DemoJob, url: string, env: NodeJS.ProcessEnv): Promise<Sent> {
  const [file = '', ...args] =
    job.how.kind === 'dispatch'
      ? [join(packageFolder, 'bin', 'dispatch.sh'), job.how.workflow, `url=${url}`]
      : [process.execPath, mainPath, 'submit', job.how.jobKind, `url=${url}`]
  // From the package's folder, so that its own workflows and policy are meant.
  const ended = await runProgram(file, args, { env, cwd: packageFolder })
  const [stdout, stderr] =
    ended.kind === 'not_found' ? ['', `${file} was not found`] : [ended.stdout, ended.stderr]
  const said = stderr.split('\n').filter(line => line !== '')
  if (ended.kind === 'exited' && ended.code === 0) {
    return { id: stdout.trim(), said: said.filter(line => !line.includes(' at the hub ')) }
  }
  throw new RelayError('job_failed', `"${job.title}" could not be sent.`, { hint: said.join('\n  ') })
}
