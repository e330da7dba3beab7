import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'

/** As a step of a job: 20 MiB that do not compress, so three blocks, up and down again. */
const folder = await mkdtemp(join(process.env['RUNNER_TEMP'] ?? '', 'artifact-'))
const content = randomBytes(20 * 1024 * 1024)
const file = join(folder, 'big.bin')
await writeFile(file, content)
const client = new DefaultArtifactClient()

const uploaded = await client.uploadArtifact('big', [file], folder, { retentionDays: 1 })
assert.ok(uploaded.id !== undefined && uploaded.size !== undefined && uploaded.size > content.length)

const { artifacts } = await client.listArtifacts()
assert.deepEqual(
  artifacts.map(({ id, name, size, digest }) => ({ id, name, size, digest })),
  [{ id: uploaded.id, name: 'big', size: uploaded.size, digest: `sha256:${uploaded.digest}` }],
)
const { artifact } = await client.getArtifact('big')
assert.equal(artifact.id, uploaded.id)

const target = join(folder, 'down')
const expectedHash = `sha256:${uploaded.digest}`
const { digestMismatch } = await client.downloadArtifact(artifact.id, { path: target, expectedHash })
assert.equal(digestMismatch, false)
assert.equal(sha256(await readFile(join(target, 'big.bin'))), sha256(content))

await assert.rejects(client.uploadArtifact('big', [file], folder), /already exists/)
assert.deepEqual(await client.deleteArtifact('big'), { id: uploaded.id })
assert.deepEqual((await client.listArtifacts()).artifacts, [])
await rm(folder, { recursive: true })
process.stdout.write('=> artifacts work\n')

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
