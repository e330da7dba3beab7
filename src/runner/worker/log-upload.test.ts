import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { ScriptedHub } from '../../../test/support/scripted-hub.ts'
import { ServiceClient } from '../service-client.ts'
import { LogUpload } from './log-upload.ts'
import { ResultsClient } from './results-client.ts'

async function open(t: TestContext) {
  const hub = new ScriptedHub()
  await hub.listen()
  const client = new ServiceClient('job-token')
  t.after(() => {
    client.close()
    return hub.close()
  })
  const stepId = randomUUID()
  let lost = 0
  const results = new ResultsClient(client, hub.url, { planId: randomUUID(), jobId: randomUUID() })
  const upload = new LogUpload({
    results,
    stepId,
    onLost: lines => {
      lost += lines
    },
  })
  return { hub, upload, stepId, blob: () => hub.blobs.get(`log/${stepId}`) ?? '', lost: () => lost }
}

test('lines come in order, whole, and are counted', async t => {
  const { hub, upload, stepId, blob, lost } = await open(t)
  for (let line = 0; line < 1000; line += 1) upload.write(`line ${line} ä`)
  await upload.close()
  assert.deepEqual(blob().trimEnd().split('\n').length, 1000)
  assert.match(blob(), /^line 0 ä\nline 1 ä\n/)
  assert.equal(hub.lineCounts.get(stepId), 1000)
  assert.equal(lost(), 0)
})

test('a block whose answer was lost is not appended twice, and lines written meanwhile are kept', async t => {
  const { hub, upload, blob, lost } = await open(t)
  let appends = 0
  hub.intercept = ({ query }) => {
    if (query.get('comp') !== 'appendblock') return null
    appends += 1
    if (appends > 1) return null
    upload.write('second')
    return 'lose_answer'
  }
  upload.write('first')
  await hub.until(() => (appends > 0 ? true : undefined))
  await upload.close()
  assert.equal(blob(), 'first\nsecond\n')
  assert.equal(lost(), 0)
})

test('a blob that somebody else wrote to costs lines that are counted, and does not hold up the job', async t => {
  const { hub, upload, stepId, lost } = await open(t)
  upload.write('first')
  await hub.until(() => (hub.blobs.get(`log/${stepId}`) === 'first\n' ? true : undefined))
  hub.blobs.set(`log/${stepId}`, '')
  upload.write('second')
  await upload.close()
  assert.equal(lost(), 1)
})

test('a step without output uploads nothing', async t => {
  const { hub, upload } = await open(t)
  await upload.close()
  assert.deepEqual(hub.calls, [])
})

test('a writer waits for a slow hub, and not for one that is away', async t => {
  const { hub, upload, blob, lost } = await open(t)
  let away = true
  hub.intercept = ({ query }) => (away && query.get('comp') === 'appendblock' ? 'drop' : null)
  const line = 'x'.repeat(64 * 1024)
  let written = 0
  for (let room = upload.room; room === null; room = upload.room) {
    upload.write(line)
    written += 1
    assert.ok(written < 1000, 'there is an end to the room')
  }
  await upload.room
  assert.equal(upload.room, null, 'the block was not taken')
  upload.write('one more')
  away = false
  await upload.close()
  assert.equal(blob(), `${`${line}\n`.repeat(written)}one more\n`)
  assert.equal(lost(), 0)
})
