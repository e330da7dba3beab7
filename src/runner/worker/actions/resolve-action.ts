import { mkdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { RelayError, systemErrorCode } from '../../../base/errors.ts'
import { randomId } from '../../../base/id.ts'
import { extractTarball } from '../../../base/tarball.ts'
import type { StepReference } from '../../../model/step-reference.ts'
import type { ActionManifest } from './manifest.ts'
import { standInManifest } from './stand-ins/manifests.ts'

export interface ResolvedAction {
  readonly manifest: ActionManifest
  /** GITHUB_ACTION_PATH: the folder of the manifest. */
  readonly directory: string
  /** For the job's log: where the action came from. */
  readonly note: string
}

export interface ResolveActionOptions {
  readonly workspace: string
  /** The job's own folder for extracted actions. */
  readonly actionsDir: string
  /** ACTIONS_RUNNER_ACTION_ARCHIVE_CACHE, laid out as the official runner's: `owner_repo/<commit>.tar.gz`. */
  readonly archiveCache: string | null
  readonly mode: 'offline' | 'network'
  /** Needed in mode `network`: writes the .tar.gz of a repository at a ref to `file`. */
  readonly download?: (request: ActionDownload) => Promise<void>
}

export interface ActionDownload {
  /** `owner/repo`. */
  readonly repository: string
  readonly ref: string
  readonly file: string
}

type RepositoryReference = Extract<StepReference, { type: 'repository' }>

interface RemoteAction {
  readonly repository: string
  readonly ref: string
  readonly path: string
  /** As written: `owner/repo/path@ref`. */
  readonly uses: string
}

/**
 * Finds the action behind a step's `uses:`. One of the repository itself must lie in the workspace. Another's comes from
 * the archive cache, else from RelayQ's stand-ins, else from the network where that is allowed. Throws RelayError.
 */
export async function resolveAction(
  reference: StepReference,
  options: ResolveActionOptions,
): Promise<ResolvedAction> {
  if (reference.type === 'containerRegistry') {
    throw new RelayError('not_built', `docker://${reference.image}: container actions are not built yet`)
  }
  if (reference.type === 'script') throw new RelayError('internal', 'A script step has no action')
  if (reference.repositoryType === 'self') return await resolveLocal(reference.path ?? '', options.workspace)
  return await resolveRemote(remoteAction(reference), options)
}

async function resolveLocal(path: string, workspace: string): Promise<ResolvedAction> {
  const root = await realpath(workspace)
  const directory = await realpathOrNull(resolve(root, path))
  if (directory === null) {
    throw new RelayError('invalid_workflow', `The action ${path} is not in the workspace`, {
      hint: 'Put a step with `uses: actions/checkout` before it, or mend the path.',
    })
  }
  if (directory !== root && !directory.startsWith(root + sep)) {
    throw new RelayError('invalid_workflow', `The action ${path} leads out of the workspace`)
  }
  return {
    manifest: await readManifest(directory),
    directory,
    note: `Using the action ${path} of the workspace`,
  }
}

async function resolveRemote(action: RemoteAction, options: ResolveActionOptions): Promise<ResolvedAction> {
  const archive = await cachedArchive(action, options.archiveCache)
  if (archive !== null)
    return await extracted(action, archive, options, `Using ${action.uses} from ${archive}`)

  const standIn = standInManifest(nameOf(action))
  if (standIn !== null) {
    const note = `Using RelayQ's stand-in for ${action.uses} (no archive at hand)`
    return { manifest: standIn, directory: join(import.meta.dirname, 'stand-ins'), note }
  }
  if (options.mode === 'network' && options.download !== undefined) {
    const file = join(options.actionsDir, `${randomId()}.tar.gz`)
    await mkdir(options.actionsDir, { recursive: true })
    await options.download({ repository: action.repository, ref: action.ref, file })
    return await extracted(action, file, options, `Using ${action.uses}, downloaded for this job`)
  }
  throw missing(action, options.archiveCache)
}

async function extracted(
  action: RemoteAction,
  archive: string,
  { actionsDir }: ResolveActionOptions,
  note: string,
): Promise<ResolvedAction> {
  // A folder of its own: actions of one repository may be extracted at the same time.
  const top = join(actionsDir, randomId(), `${flat(action.repository)}@${action.ref.replaceAll('/', '_')}`)
  await extractTarball(archive, top)
  const directory = await realpathOrNull(join(top, action.path))
  if (directory === null || !`${directory}${sep}`.startsWith((await realpath(top)) + sep)) {
    throw new RelayError(
      'invalid_workflow',
      `${action.repository}@${action.ref} has no folder '${action.path}'`,
    )
  }
  return { manifest: await readManifest(directory), directory, note }
}

async function cachedArchive(
  { repository, ref }: RemoteAction,
  cache: string | null,
): Promise<string | null> {
  if (cache === null || cache === '') return null
  const path = join(cache, flat(repository), `${ref}.tar.gz`)
  try {
    return (await stat(path)).isFile() ? path : null
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT' || systemErrorCode(thrown) === 'ENOTDIR') return null
    throw new RelayError('invalid_config', `The action archive ${path} cannot be read`, { cause: thrown })
  }
}

/** Only what is safe as a path: these words come from a workflow. */
function remoteAction({ name = '', ref = '', path = '' }: RepositoryReference): RemoteAction {
  const uses = `${name}${path === '' ? '' : `/${path}`}@${ref}`
  const [owner = '', repo = '', ...more] = name.split('/')
  const parts = [owner, repo, ...more, ...path.split('/').filter(Boolean), ...ref.split('/')]
  const odd = parts.some(part => !/^[\w.+-]+$/.test(part) || /^\.+$/.test(part))
  if (odd) throw new RelayError('invalid_workflow', `'${uses}' is not an action: expected owner/repo@ref`)
  return { repository: `${owner}/${repo}`, ref, path: [...more, path].filter(Boolean).join('/'), uses }
}

function nameOf({ repository, path }: RemoteAction): string {
  return path === '' ? repository : `${repository}/${path}`
}

function flat(repository: string): string {
  return repository.replace('/', '_')
}

function missing(action: RemoteAction, archiveCache: string | null): RelayError {
  const folder = archiveCache || '$ACTIONS_RUNNER_ACTION_ARCHIVE_CACHE'
  return new RelayError('invalid_workflow', `There is no archive of the action ${action.uses} at hand`, {
    hint:
      `Put its .tar.gz at ${folder}/${flat(action.repository)}/${action.ref}.tar.gz ` +
      `(gh api repos/${action.repository}/tarball/${action.ref}), or allow the network with --actions network.`,
  })
}

async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT' || systemErrorCode(thrown) === 'ENOTDIR') return null
    throw new RelayError('invalid_workflow', `${path} cannot be read: ${systemErrorCode(thrown)}`, {
      cause: thrown,
    })
  }
}

/** Loaded when needed: the YAML parser is a third of the worker's start-up, and most jobs use stand-ins only. */
async function readManifest(directory: string): Promise<ActionManifest> {
  const { readActionManifest } = await import('./manifest.ts')
  return readActionManifest(directory)
}
