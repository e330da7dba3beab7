import { mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RelayError } from '../../../../../base/errors.ts'
import { unzip } from '../../../../../base/unzip.ts'
import { booleanInput, input, jobVariable, log, runAction, setOutput, warn } from '../action-io.ts'
import {
  type ArtifactSource,
  artifactsOfRun,
  artifactsOfThisRun,
  type ListedArtifact,
} from '../artifact-listing.ts'
import { type DownloadedFile, downloadFile } from '../download-file.ts'
import { absolutePath, namePattern } from '../file-search.ts'

/** Of one artifact, unpacked: no honest one comes near, and a disk survives it. */
const limits = { maxBytes: 16 * 1024 ** 3, maxEntries: 200_000 }

/** Stand-in for actions/download-artifact v8: by name, by ids, by pattern, or all; of this run or another. */
await runAction(async () => {
  const source = sourceOfArtifacts()
  const wanted = select(newestOfEachName(await source.list()))
  const base = absolutePath(input('path'), process.cwd())
  // As the real one: what was asked for by name goes straight into the folder, anything else below its own name.
  const flat =
    input('name') !== '' ||
    booleanInput('merge-multiple') ||
    (input('artifact-ids') !== '' && wanted.length === 1)
  for (const artifact of wanted) await fetchInto(flat ? base : join(base, artifact.name), artifact, source)
  log(`Total of ${wanted.length} artifact(s) downloaded`)
  setOutput('download-path', base)
  source.transfer.close()
})

function sourceOfArtifacts(): ArtifactSource {
  const token = input('github-token')
  if (token === '') return artifactsOfThisRun()
  const repository = input('repository') || jobVariable('GITHUB_REPOSITORY')
  const runId = input('run-id') || jobVariable('GITHUB_RUN_ID')
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new RelayError('invalid_input', `repository must be owner/name, not '${repository}'`)
  }
  if (!/^\d+$/.test(runId)) throw new RelayError('invalid_input', `run-id must be a number, not '${runId}'`)
  return artifactsOfRun(repository, runId, token)
}

/** A run that was tried again has artifacts of the same name; the newest counts. */
function newestOfEachName(artifacts: readonly ListedArtifact[]): readonly ListedArtifact[] {
  const newest = new Map<string, ListedArtifact>()
  for (const artifact of artifacts) {
    const known = newest.get(artifact.name)
    if (known === undefined || Number(artifact.id) > Number(known.id)) newest.set(artifact.name, artifact)
  }
  return [...newest.values()]
}

function select(artifacts: readonly ListedArtifact[]): readonly ListedArtifact[] {
  const name = input('name')
  const ids = input('artifact-ids')
    .split(',')
    .map(id => id.trim())
    .filter(Boolean)
  if (name !== '' && ids.length > 0) {
    throw new RelayError('invalid_input', 'Give either name or artifact-ids, not both')
  }
  if (name !== '') return [named(artifacts, name)]
  if (ids.length > 0) return ids.map(id => withId(artifacts, id))
  const pattern = input('pattern')
  if (pattern === '') return artifacts
  const expression = namePattern(pattern)
  return artifacts.filter(artifact => expression.test(artifact.name))
}

function named(artifacts: readonly ListedArtifact[], name: string): ListedArtifact {
  const found = artifacts.find(artifact => artifact.name === name)
  if (found) return found
  const names = artifacts.map(artifact => artifact.name).join(', ') || 'none'
  throw new RelayError('invalid_input', `There is no artifact named ${name}; this run has: ${names}`)
}

function withId(artifacts: readonly ListedArtifact[], id: string): ListedArtifact {
  const found = artifacts.find(artifact => artifact.id === id)
  if (found) return found
  throw new RelayError('invalid_input', `There is no artifact with the id ${id} in this run`)
}

async function fetchInto(dir: string, artifact: ListedArtifact, source: ArtifactSource): Promise<void> {
  const folder = await mkdtemp(join(jobVariable('RUNNER_TEMP'), 'artifact-'))
  const file = join(folder, 'download')
  try {
    const downloaded = await downloadFile(source.transfer, { ...(await artifact.locate()), file })
    checkDigest(artifact, downloaded)
    if (isZip(downloaded) && !booleanInput('skip-decompress')) {
      await unzip(file, dir, limits)
    } else await keepAsFile(file, dir, artifact, downloaded)
    log(`Artifact ${artifact.name} (${downloaded.bytes} bytes) downloaded to ${dir}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function checkDigest(artifact: ListedArtifact, downloaded: DownloadedFile): void {
  const found = `sha256:${downloaded.sha256}`
  if (artifact.digest === '' || artifact.digest === found) return
  const message = `The digest of ${artifact.name} is ${found}, but ${artifact.digest} was uploaded`
  const behaviour = input('digest-mismatch') || 'error'
  if (behaviour === 'error') throw new RelayError('download_truncated', message)
  if (behaviour === 'warn') warn(message)
  else log(message)
}

/** Anything else was uploaded with `archive: false`, as the file itself (docs/protocol.md, "Artifacts"). */
function isZip({ contentType, contentDisposition }: DownloadedFile): boolean {
  return /^application\/(x-)?zip/i.test(contentType) || /filename="?[^"]*\.zip"?$/i.test(contentDisposition)
}

async function keepAsFile(
  file: string,
  dir: string,
  artifact: ListedArtifact,
  { contentDisposition }: DownloadedFile,
): Promise<void> {
  const announced = /filename="?([^";]+)"?/i.exec(contentDisposition)?.[1] ?? artifact.name
  const name = basename(announced.replaceAll('\\', '/'))
  if (name === '' || name === '.' || name === '..')
    throw new RelayError('invalid_input', 'The artifact has no file name')
  const { copyFile, mkdir } = await import('node:fs/promises')
  await mkdir(dir, { recursive: true })
  // RUNNER_TEMP and the workspace may lie on different disks.
  await rename(file, join(dir, name)).catch(() => copyFile(file, join(dir, name)))
}
