import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { isExecutable } from '../base/find-program.ts'
import { missingScript, scriptsFolder } from '../model/script.ts'

export interface Script {
  /** As people know it: `jobs/thumbs.sh`. */
  readonly place: string
  /** Absolute. Its own folder's files lie beside it. */
  readonly path: string
  /** The checkout, in which it runs as every step of a workflow does. */
  readonly workspace: string
}

/**
 * The script of that name in the checkout that the workflow made. `name` is of form `script`, so it leads upwards nowhere;
 * that no link leads out is seen here. Throws `script_unusable`.
 */
export async function findScript(name: string, workspace: string): Promise<Script> {
  const place = `${scriptsFolder}/${name}`
  const folder = workspace === '' ? null : await realFolder(workspace)
  if (folder === null) {
    throw new RelayError('script_unusable', `There is no folder ${scriptsFolder}/ in this job's workspace.`, {
      hint: `Commit and push ${place}; a workflow of your own has to check it out, as run_command.yml does.`,
    })
  }
  const path = join(workspace, scriptsFolder, name)
  const real = await realpath(path).catch(absentOrThrow)
  if (real === null) throw missingScript(name, await namesBelow(folder))
  if (!real.startsWith(folder + sep))
    throw unusable(place, `it is a link that leads out of ${scriptsFolder}/`)
  if (!(await stat(real)).isFile()) throw unusable(place, 'it is no file')
  if (await isExecutable(real)) return { place, path, workspace }
  throw unusable(place, 'it is not executable', `git update-index --chmod=+x ${place}, then commit and push.`)
}

/** As it really is; null where there is none, or where it is a link out of the workspace. */
async function realFolder(workspace: string): Promise<string | null> {
  const root = await realpath(workspace).catch(absentOrThrow)
  const folder = await realpath(join(workspace, scriptsFolder)).catch(absentOrThrow)
  return root !== null && folder?.startsWith(root + sep) ? folder : null
}

function absentOrThrow(thrown: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemErrorCode(thrown) ?? '')) return null
  throw thrown
}

async function namesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile())
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).toSorted()
}

function unusable(place: string, reason: string, hint?: string): RelayError {
  const mend = hint ?? `Commit a file of its own there, and push it.`
  return new RelayError('script_unusable', `${place} cannot be run: ${reason}.`, { hint: mend })
}
