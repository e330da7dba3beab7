import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'
import type { JobResult } from '../model/result.ts'

/** Where a job works and what it publishes. Nothing is seen at `published` before it is complete. */
export interface JobFolders {
  readonly work: string
  /** Becomes `published` in one rename. */
  readonly staging: string
  readonly published: string
}

/** Under RUNNER_TEMP, which the runner empties after the job; else in a temporary folder of its own. */
export async function makeFolders(runnerTemp: string | undefined): Promise<JobFolders> {
  const base = runnerTemp || (await mkdtemp(join(tmpdir(), 'relayq-job-')))
  await mkdir(base, { recursive: true })
  const root = await mkdtemp(join(base, 'relayq-work-'))
  const folders = {
    work: join(root, 'work'),
    staging: join(root, 'result'),
    published: join(base, 'relayq-result'),
  }
  await mkdir(folders.work)
  await mkdir(folders.staging)
  return folders
}

/**
 * Publishes the staged files and `result.json`; of a failed job only the latter, for its files are half of something, and
 * what it worked on goes first: where that has filled the disk, there would be no room to say so.
 */
export async function publish(folders: JobFolders, result: JobResult): Promise<void> {
  if (result.status === 'failed') {
    for (const name of await readdir(folders.staging))
      await rm(join(folders.staging, name), { recursive: true })
    // What keeps it there is told when the rest of it goes.
    await removeFolder(folders.work).catch(() => {})
  }
  await writeFile(join(folders.staging, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
  await rm(folders.published, { recursive: true, force: true })
  await rename(folders.staging, folders.published)
}

export async function removeWork(folders: JobFolders): Promise<void> {
  await removeFolder(join(folders.work, '..'))
}

/** A folder that a script has closed stays until the runner empties its own. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'EACCES') throw thrown
  }
}
