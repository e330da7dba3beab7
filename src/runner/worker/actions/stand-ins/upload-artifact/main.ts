import { createReadStream } from 'node:fs'
import { basename, relative } from 'node:path'
import { RelayError } from '../../../../../base/errors.ts'
import { artifactService } from '../../../../../protocol/results-service.ts'
import { booleanInput, input, jobVariable, lineInput, log, runAction, setOutput, warn } from '../action-io.ts'
import { type UploadedBlob, uploadBlocks } from '../block-upload.ts'
import { type FoundFiles, findFiles } from '../file-search.ts'
import { member, ResultsClient } from '../results-client.ts'

/** Stand-in for actions/upload-artifact v7: same inputs, outputs and rules for names within the archive. */
await runAction(async () => {
  const found = await findFiles(lineInput('path'), {
    cwd: process.cwd(),
    includeHidden: booleanInput('include-hidden-files'),
  })
  if (found.files.length === 0) return reportNothingFound()
  log(`With the provided path, there will be ${found.files.length} file(s) uploaded`)
  const archive = input('archive') === '' || booleanInput('archive')
  const name = archive ? input('name') || 'artifact' : singleFileName(found)
  checkName(name)
  await upload(name, archive, found)
})

async function upload(name: string, archive: boolean, found: FoundFiles): Promise<void> {
  const client = new ResultsClient()
  const contentType = archive ? 'application/zip' : 'application/octet-stream'
  if (booleanInput('overwrite')) await deleteExisting(client, name)
  const signedUrl = await createArtifact(client, name, contentType)
  const source = archive ? await zipStream(found) : createReadStream(found.files[0] ?? '')
  const blob = await uploadBlocks(client.transfer, signedUrl, source, { contentType })
  const id = await finalize(client, name, blob)
  setOutput('artifact-id', id)
  setOutput('artifact-digest', blob.sha256)
  const run = `${jobVariable('GITHUB_SERVER_URL')}/${jobVariable('GITHUB_REPOSITORY')}/actions/runs/${jobVariable('GITHUB_RUN_ID')}`
  setOutput('artifact-url', `${run}/artifacts/${id}`)
  log(`SHA256 digest of uploaded artifact is ${blob.sha256}`)
  log(`Artifact ${name} has been uploaded: ${blob.bytes} bytes, artifact id ${id}`)
  client.transfer.close()
}

async function createArtifact(client: ResultsClient, name: string, contentType: string): Promise<string> {
  const expiresAt = expiry(input('retention-days'), process.env['GITHUB_RETENTION_DAYS'] ?? '')
  const answer = await client.call(artifactService, 'CreateArtifact', {
    ...client.ids,
    name,
    ...(expiresAt === null ? {} : { expires_at: expiresAt }),
    version: 7,
    mime_type: contentType,
  })
  if (answer.kind === 'ok') return member(answer.body, 'signed_upload_url')
  const taken = answer.status === 409
  throw new RelayError(
    'broker_rejected',
    taken ? `This run already has an artifact named ${name}` : `The artifact was refused: ${answer.message}`,
    taken ? { hint: 'Give it another name, or set overwrite to true.' } : {},
  )
}

async function finalize(client: ResultsClient, name: string, blob: UploadedBlob): Promise<string> {
  const body = await client.mustCall(artifactService, 'FinalizeArtifact', {
    ...client.ids,
    name,
    size: String(blob.bytes),
    hash: `sha256:${blob.sha256}`,
  })
  return member(body, 'artifact_id')
}

async function deleteExisting(client: ResultsClient, name: string): Promise<void> {
  const answer = await client.call(artifactService, 'DeleteArtifact', { ...client.ids, name })
  if (answer.kind === 'ok' || answer.status === 404) return
  throw new RelayError('broker_rejected', `The artifact ${name} could not be replaced: ${answer.message}`)
}

async function zipStream({ files, root }: FoundFiles): Promise<AsyncIterable<Buffer>> {
  const { ZipFile } = await import('yazl')
  const compressionLevel = compressionLevelInput()
  const zip = new ZipFile()
  // A file that vanishes while it is read fails the archive through its stream, not as an unhandled event.
  zip.on('error', error =>
    (zip.outputStream as NodeJS.ReadableStream & { destroy(error: Error): void }).destroy(error),
  )
  for (const file of files) zip.addFile(file, relative(root, file), { compressionLevel })
  zip.end()
  return zip.outputStream as AsyncIterable<unknown> as AsyncIterable<Buffer>
}

function compressionLevelInput(): number {
  const text = input('compression-level') || '6'
  if (/^[0-9]$/.test(text)) return Number(text)
  throw new RelayError('invalid_input', `compression-level must be 0 to 9, not '${text}'`)
}

/** Not later than the repository allows. null: as long as the repository keeps artifacts. */
function expiry(days: string, maxDays: string): string | null {
  if (days === '') return null
  if (!/^\d{1,4}$/.test(days))
    throw new RelayError('invalid_input', `retention-days must be a number, not '${days}'`)
  const allowed = /^[1-9]\d*$/.test(maxDays) ? Math.min(Number(days), Number(maxDays)) : Number(days)
  if (allowed < Number(days))
    warn(`Artifacts are kept for at most ${maxDays} days here; retention-days was ${days}`)
  return allowed === 0 ? null : new Date(Date.now() + allowed * 86_400_000).toISOString()
}

function reportNothingFound(): void {
  const message = `No files were found with the provided path: ${lineInput('path').join(', ')}. No artifact is uploaded.`
  const behaviour = input('if-no-files-found') || 'warn'
  if (behaviour === 'error') throw new RelayError('invalid_input', message)
  if (behaviour === 'warn') warn(message)
  else if (behaviour === 'ignore') log(message)
  else
    throw new RelayError(
      'invalid_input',
      `if-no-files-found must be warn, error or ignore, not '${behaviour}'`,
    )
}

function singleFileName({ files: [file, ...others] }: FoundFiles): string {
  if (file === undefined || others.length > 0) {
    throw new RelayError('invalid_input', 'archive: false uploads exactly one file; the path matches several')
  }
  return basename(file)
}

/** GitHub's rule: names must work as files on every system. */
function checkName(name: string): void {
  const forbidden = /[":<>|*?\r\n\\/]/.exec(name)?.[0]
  if (forbidden === undefined) return
  throw new RelayError(
    'invalid_input',
    `The artifact name ${name} may not contain ${JSON.stringify(forbidden)}`,
  )
}
