import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { asError, RelayError } from '../../base/errors.ts'
import { gitArguments, gitEnvironment, gitLine } from './git-command.ts'
import type { ArchiveFormat } from './repository.ts'

/**
 * The files of a commit below the folder `top`. The gzip is ours: `git archive --format=tar.gz` would run whatever
 * command the repository configures for it. Throws RelayError `invalid_config` where it configures one for zip.
 */
export async function openGitArchive(
  path: string,
  { sha, top, format }: { readonly sha: string; readonly top: string; readonly format: ArchiveFormat },
): Promise<Readable> {
  if (format === 'zip') await requireOwnZip(path)
  const child = spawn('git', archiveArguments(path, { sha, top, format }), {
    env: gitEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const output = new PassThrough()
  output.once('close', () => child.kill('SIGKILL'))
  const exited = once(child, 'close')
  const copied =
    format === 'zip'
      ? pipeline(child.stdout, output, { end: false })
      : pipeline(child.stdout, createGzip({ level: 1 }), output, { end: false })
  Promise.all([exited, copied]).then(
    ([[code]]) => (code === 0 ? output.end() : output.destroy(new Error(`git archive ended with ${code}`))),
    thrown => output.destroy(asError(thrown)),
  )
  return output
}

function archiveArguments(
  path: string,
  { sha, top, format }: { readonly sha: string; readonly top: string; readonly format: ArchiveFormat },
): readonly string[] {
  const container = format === 'zip' ? 'zip' : 'tar'
  return gitArguments(path, 'archive', `--format=${container}`, `--prefix=${top}/`, sha)
}

/** git takes `tar.zip.command` for its own zip, and no argument says otherwise. */
async function requireOwnZip(path: string): Promise<void> {
  if ((await gitLine(path, 'config', '--get-all', 'tar.zip.command')) === null) return
  throw new RelayError('invalid_config', 'The repository configures a command that would make its zip.', {
    hint: `Take it away: git -C ${path} config --unset-all tar.zip.command`,
  })
}
