import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a job lives; all but the tool cache is its own and is removed with it. Named as actions/runner names them. */
export interface JobFolders {
  /** RUNNER_WORKSPACE: parent of the workspace. */
  readonly pipeline: string
  /** GITHUB_WORKSPACE: empty until something is checked out. */
  readonly workspace: string
  readonly home: string
  readonly temp: string
  readonly actions: string
  readonly fileCommands: string
  readonly toolCache: string
}

export async function createJobFolders(
  jobDir: string,
  toolCache: string,
  repository: string,
): Promise<JobFolders> {
  const name =
    repository
      .split('/')
      .at(-1)
      ?.replaceAll(/[^\w.-]/g, '_') || 'repository'
  const pipeline = join(jobDir, 'work', name === '..' || name === '.' ? 'repository' : name)
  const folders: JobFolders = {
    pipeline,
    workspace: join(pipeline, name === '..' || name === '.' ? 'repository' : name),
    home: join(jobDir, 'home'),
    temp: join(jobDir, 'temp'),
    actions: join(jobDir, 'actions'),
    fileCommands: join(jobDir, 'file-commands'),
    toolCache,
  }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 })
  return folders
}
