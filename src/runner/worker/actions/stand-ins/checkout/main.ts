import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { RelayError } from '../../../../../base/errors.ts'
import { type ExtractedTarball, extractTarball } from '../../../../../base/tarball.ts'
import { tarballDownload } from '../../download-tarball.ts'
import { booleanInput, input, jobVariable, log, runAction, setOutput } from '../action-io.ts'
import { inCone } from './sparse.ts'

interface Source {
  readonly repository: string
  /** '' for the head of another repository's default branch. */
  readonly ref: string
}

/** Stand-in for actions/checkout v7: the files of one commit, by the REST API's tarball, without git. */
await runAction(async () => {
  refuseWhatATarballLacks()
  const source = sourceToFetch()
  const target = targetFolder()
  log(
    `Fetching ${source.repository}${source.ref && ` at ${source.ref}`} as a tarball: there is no .git and no history`,
  )
  if (!['', '1'].includes(input('fetch-depth'))) log('fetch-depth is ignored: a tarball has no history')
  const wanted = filesToPlace()
  const folder = await mkdtemp(join(jobVariable('RUNNER_TEMP'), 'checkout-'))
  try {
    const archive = join(folder, 'repository.tar.gz')
    const download = tarballDownload(jobVariable('GITHUB_API_URL'), input('token') || null)
    await download({ ...source, file: archive })
    const { comment, entries } = await placeFiles(archive, { target, wanted, temporary: folder })
    const commit = comment ?? (/^[0-9a-f]{40}$/.test(source.ref) ? source.ref : '')
    log(`${entries} entries are now in ${target}`)
    setOutput('ref', input('ref') || (isOwn(source.repository) ? jobVariable('GITHUB_REF') : ''))
    setOutput('commit', commit)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Whoever asks for these relies on them: going on without would fail later and less clearly. */
function refuseWhatATarballLacks(): void {
  const asked = [
    input('ssh-key') !== '' && 'ssh-key',
    booleanInput('lfs') && 'lfs',
    !['', 'false'].includes(input('submodules').toLowerCase()) && 'submodules',
  ].filter(name => name !== false)
  if (asked.length === 0) return
  throw new RelayError('not_built', `RelayQ's stand-in for actions/checkout cannot do: ${asked.join(', ')}`, {
    hint: 'Provide the real action in ACTIONS_RUNNER_ACTION_ARCHIVE_CACHE, or leave this input out.',
  })
}

function sourceToFetch(): Source {
  const repository = input('repository') || jobVariable('GITHUB_REPOSITORY')
  const ref = input('ref') || (isOwn(repository) ? jobVariable('GITHUB_SHA') : '')
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || repository.split('/').some(part => /^\.+$/.test(part))) {
    throw new RelayError('invalid_input', `repository must be owner/name, not '${repository}'`)
  }
  if (ref.split('/').some(part => /^\.+$/.test(part)))
    throw new RelayError('invalid_input', `'${ref}' is not a ref`)
  return { repository, ref }
}

function isOwn(repository: string): boolean {
  return repository.toLowerCase() === jobVariable('GITHUB_REPOSITORY').toLowerCase()
}

function targetFolder(): string {
  const workspace = resolve(jobVariable('GITHUB_WORKSPACE'))
  const target = resolve(workspace, input('path'))
  if (target === workspace || target.startsWith(workspace + sep)) return target
  throw new RelayError('invalid_input', `path must lie in the workspace, and ${target} does not`)
}

interface Wanted {
  readonly wants?: (path: string) => boolean
}

/** Patterns are git's own affair; a file too many does no harm. */
function filesToPlace(): Wanted {
  const sparse = input('sparse-checkout')
  if (sparse === '') return {}
  const isCone = input('sparse-checkout-cone-mode') === '' || booleanInput('sparse-checkout-cone-mode')
  if (isCone) return { wants: inCone(sparse) }
  log('sparse-checkout without cone mode is ignored: all files are placed')
  return {}
}

interface Placing {
  readonly target: string
  readonly wanted: Wanted
  readonly temporary: string
}

/** `clean` empties the folder first; otherwise files of the repository replace those of the same name. */
async function placeFiles(
  archive: string,
  { target, wanted, temporary }: Placing,
): Promise<ExtractedTarball> {
  await mkdir(target, { recursive: true })
  if (input('clean') === '' || booleanInput('clean')) {
    for (const name of await readdir(target)) await rm(join(target, name), { recursive: true, force: true })
    return extractTarball(archive, target, wanted)
  }
  const extracted = join(temporary, 'files')
  const result = await extractTarball(archive, extracted, wanted)
  await cp(extracted, target, { recursive: true, force: true, verbatimSymlinks: true })
  return result
}
