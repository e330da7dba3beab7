import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import {
  assertOnlyRefusalsTold,
  assertUnharmed,
  startHostileHub,
  startJob,
} from '../../../test/support/hostile-hub.ts'
import { namesInZip } from '../../../test/support/zip.ts'
import type { JsonObject } from '../../base/json.ts'
import { artifactService, receiverService, stepUpdateService } from '../../protocol/results-service.ts'

test('No artifact has a name that leads out of a folder, nor a type that is no header', async t => {
  const hub = await startHostileHub(t)
  const job = await startJob(hub, 'one')
  const names = ['../../x', '..', '.', 'a/b', 'a\\b', '/etc/passwd', 'C:x', 'a\0', 'a\nb', '\ud800', '']
  for (const name of [...names, 'x'.repeat(256)]) {
    const { status } = await job.twirp(artifactService, 'CreateArtifact', { name })
    assert.equal(status, 400, JSON.stringify(name))
  }
  for (const mime_type of ['text/plain\r\nX: y', 'text', 'ä/ö', `a/${'b'.repeat(300)}`]) {
    const { status } = await job.twirp(artifactService, 'CreateArtifact', { name: 'x', mime_type })
    assert.equal(status, 400, mime_type)
  }
  for (const mime_type of ['text/plain', 'text/html; charset=utf-8', 'application/vnd.x+json']) {
    const { status } = await job.twirp(artifactService, 'CreateArtifact', {
      name: mime_type.slice(-4),
      mime_type,
    })
    assert.equal(status, 200, mime_type)
  }
  assertOnlyRefusalsTold(hub)
})

test('Blocks and steps keep their names to themselves: nothing leaves the folder of blobs', async t => {
  const hub = await startHostileHub(t)
  const job = await startJob(hub, 'one')
  const { body } = await job.twirp(artifactService, 'CreateArtifact', { name: 'x' })
  const url = String((body as JsonObject)['signed_upload_url'])
  const ids = ['../../../x', '/etc/x', '..', '\0', 'x'.repeat(5000)]
  for (const id of ids) {
    const block = `${url}&comp=block&blockid=${encodeURIComponent(id)}`
    assert.equal((await fetch(block, { method: 'PUT', body: 'x' })).status, 201)
    await job.twirp(receiverService, 'GetStepLogsSignedBlobURL', { step_backend_id: id.slice(0, 100) })
  }
  const files = readdirSync(hub.stateDir, { recursive: true, encoding: 'utf8' })
  for (const file of files) assert.match(file, /^(hub\.db[-\w]*|[\w.-]+\.key|blobs(\/[\w/-]*)?)$/)
  assertOnlyRefusalsTold(hub)
})

test('The logs’ archive holds no name that leads out of a folder', async t => {
  const hub = await startHostileHub(t)
  hub.repository.commit({
    '.github/workflows/echo.yml': `on: {workflow_dispatch: {inputs: {text: {}}}}
jobs: {echo: {name: ../../evil, runs-on: [self-hosted, echo], steps: [{run: 'true'}]}}
`,
  })
  const job = await startJob(hub, 'one')
  const names = ['../../../etc/cron.d/x', '/etc/passwd', '..\\..\\x', 'C:\\x', '..', 'a\0b\r\n', '\u2028']
  const steps = names.map((name, at) => ({
    external_id: `s${at}`,
    number: at + 1,
    name,
    status: 6,
    conclusion: 2,
  }))
  await job.twirp(stepUpdateService, 'WorkflowStepsUpdate', { change_order: 1, steps })
  for (const { external_id } of steps) {
    const { body } = await job.twirp(receiverService, 'GetStepLogsSignedBlobURL', {
      step_backend_id: external_id,
    })
    await fetch(String((body as JsonObject)['logs_url']), { method: 'PUT', body: 'said\n' })
  }
  await job.complete('succeeded')
  const archive = await hub.request('/actions/runs/1/logs')
  const entries = await namesInZip(Buffer.from(await archive.arrayBuffer()))
  assert.equal(entries.length, names.length + 1)
  for (const entry of entries) {
    assert.doesNotMatch(entry, /^[/.]|\.\.\/|\/\.\.|[\\:\p{Cc}]/u)
    assert.ok(entry.split('/').length <= 2, entry)
  }
  await assertUnharmed(hub)
})
