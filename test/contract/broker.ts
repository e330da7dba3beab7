import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { randomId } from '../../src/base/id.ts'
import type { Broker, DispatchOutcome, DispatchRequest } from '../../src/model/broker.ts'

/** A broker whose repository has `workflow`: it takes `url` (required) and `relayq_id`, and no runner takes its runs. */
export interface BrokerUnderTest {
  readonly broker: Broker
  readonly workflow: string
  readonly ref: string
  /** Makes the next dispatch take effect and its answer get lost. */
  readonly loseNextAnswer: () => void | Promise<void>
  readonly close: () => Promise<void>
}

const longAgo = '2000-01-01T00:00:00Z'

/** What every implementation of the Broker port must do; the queue relies on no more than this. */
export function testBroker(name: string, open: () => Promise<BrokerUnderTest>): void {
  describe(`the Broker port on ${name}`, () => {
    let test: BrokerUnderTest
    before(async () => {
      test = await open()
    })
    after(() => test.close())

    const request = (nonce: string, inputs: Record<string, string> = {}): DispatchRequest => ({
      workflow: test.workflow,
      ref: test.ref,
      inputs: { url: 'https://example.com/a.mp3', relayq_id: nonce, ...inputs },
    })
    const find = (nonce: string) => test.broker.findRun({ workflow: test.workflow, nonce, since: longAgo })

    it('names the default branch, which is the ref the workflows are on', async () => {
      assert.equal(await test.broker.defaultBranch(), test.ref)
    })

    it('tells what lies in a folder of its repository, as far as it may be seen', async () => {
      const listed = await test.broker.listFolder('.github/workflows', test.ref)
      if (listed.kind === 'entries') {
        assert.ok(listed.names.includes(test.workflow))
        assert.match(listed.blobs.get(test.workflow) ?? '', /^[0-9a-f]{40,64}$/)
      }
      const absent = await test.broker.listFolder('no/such folder', test.ref)
      if (absent.kind === 'entries') assert.deepEqual(absent.names, [])
    })

    it('says which run a dispatch has started, and finds it by the name it bears', async () => {
      const nonce = randomId()
      const runId = acceptedRun(await test.broker.dispatch(request(nonce)))
      const found = await find(nonce)
      assert.equal(found?.id, runId)
      assert.ok(found.title.endsWith(`[${nonce}]`))
      assert.equal(found.status === 'completed', false)
      assert.equal(found.conclusion, null)
      assert.equal((await test.broker.getRun(runId))?.url, found.url)
    })

    it('takes the path of a workflow as well as its file name', async () => {
      const path = `.github/workflows/${test.workflow}`
      acceptedRun(await test.broker.dispatch({ ...request(randomId()), workflow: path }))
    })

    it('starts a run for every dispatch, the same one too', async () => {
      const nonce = randomId()
      const first = acceptedRun(await test.broker.dispatch(request(nonce)))
      const second = acceptedRun(await test.broker.dispatch(request(nonce)))
      assert.notEqual(first, second)
    })

    it('finds no run for a name that none bears', async () => {
      assert.equal(await find(randomId()), null)
    })

    it('does not know whether a run exists when the answer was lost, and finds exactly that one', async () => {
      const nonce = randomId()
      await test.loseNextAnswer()
      assert.equal((await test.broker.dispatch(request(nonce))).kind, 'unknown')
      assert.ok((await find(nonce))?.title.endsWith(`[${nonce}]`))
    })

    it('refuses an unknown workflow with 404', async () => {
      const outcome = await test.broker.dispatch({ ...request(randomId()), workflow: 'absent.yml' })
      assert.equal(outcome.kind === 'rejected' && outcome.status, 404)
    })

    it('refuses an input the workflow does not declare with 422 that names it, and starts nothing', async () => {
      const nonce = randomId()
      const outcome = await test.broker.dispatch(request(nonce, { colour: 'blue' }))
      assert.equal(outcome.kind === 'rejected' && outcome.status, 422)
      assert.match(outcome.kind === 'rejected' ? outcome.message : '', /unexpected inputs.*"colour"/i)
      assert.equal(await find(nonce), null)
    })

    it('refuses a missing input and an unknown ref with 422', async () => {
      const { inputs, ...rest } = request(randomId())
      const missing = await test.broker.dispatch({
        ...rest,
        inputs: { relayq_id: inputs['relayq_id'] ?? '' },
      })
      assert.equal(missing.kind === 'rejected' && missing.status, 422)
      const badRef = await test.broker.dispatch({ ...rest, inputs, ref: 'no-such-branch' })
      assert.equal(badRef.kind === 'rejected' && badRef.status, 422)
    })

    it('shows a waiting run with one job, no runner, no result', async () => {
      const runId = acceptedRun(await test.broker.dispatch(request(randomId())))
      const [job, ...others] = await test.broker.listJobs(runId)
      assert.deepEqual(others, [])
      assert.equal(job?.runId, runId)
      assert.equal(job.runnerName, null)
      assert.equal(job.status, 'queued')
      assert.deepEqual(await test.broker.listArtifacts(runId), [])
      assert.deepEqual(await test.broker.listAnnotations(job.id), [])
    })

    it('cancels a waiting run once', async () => {
      const runId = acceptedRun(await test.broker.dispatch(request(randomId())))
      assert.equal(await test.broker.cancelRun(runId), 'accepted')
      const run = await test.broker.getRun(runId)
      assert.deepEqual([run?.status, run?.conclusion], ['completed', 'cancelled'])
      assert.equal(await test.broker.cancelRun(runId), 'already_finished')
    })

    it('ends a waiting run by force', async () => {
      const runId = acceptedRun(await test.broker.dispatch(request(randomId())))
      assert.equal(await test.broker.forceCancelRun(runId), 'accepted')
      assert.equal((await test.broker.getRun(runId))?.conclusion, 'cancelled')
      assert.equal(await test.broker.forceCancelRun(runId), 'already_finished')
    })

    it('lists the newest runs first, at most as many as asked for, and again when nothing has changed', async () => {
      const older = acceptedRun(await test.broker.dispatch(request(randomId())))
      const newer = acceptedRun(await test.broker.dispatch(request(randomId())))
      const list = async (most: number) => await test.broker.listRuns({ since: longAgo, most })
      assert.deepEqual(
        (await list(2)).map(run => run.id),
        [newer, older],
      )
      assert.deepEqual(await list(2), await list(2))
      await test.broker.cancelRun(older)
      assert.equal((await list(2)).at(-1)?.conclusion, 'cancelled')
      assert.equal((await list(1)).length, 1)
    })

    it('tells that a run does not exist', async () => {
      assert.equal(await test.broker.getRun(999_999_999), null)
      assert.equal(await test.broker.cancelRun(999_999_999), 'not_found')
      assert.equal(await test.broker.forceCancelRun(999_999_999), 'not_found')
    })

    it('keeps a file until it is removed, and tells whose it is', async t => {
      const folder = await mkdtemp(join(tmpdir(), 'relayq-file-'))
      t.after(() => rm(folder, { recursive: true }))
      const path = join(folder, 'a talk.mp3')
      const body = randomBytes(300_000)
      await writeFile(path, body)
      const sha256 = createHash('sha256').update(body).digest('hex')
      const labels = [randomId(), randomId()]
      const ids: string[] = []
      for (const label of labels) {
        ids.push(await test.broker.putFile({ path, label, sha256, bytes: body.length }))
      }
      const kept = async () => (await test.broker.listFiles()).filter(({ label }) => labels.includes(label))
      assert.deepEqual((await kept()).map(({ id }) => id).toSorted(), ids.toSorted())
      for (const { createdAt } of await kept()) assert.ok(Date.parse(createdAt) > 0)
      await test.broker.removeFile(ids[0] ?? '')
      await test.broker.removeFile(ids[0] ?? '')
      assert.deepEqual(
        (await kept()).map(({ id, label }) => [id, label]),
        [[ids[1], labels[1]]],
      )
    })

    it('takes an artifact that is not there for removed', async () => {
      await test.broker.removeArtifact(999_999_999)
    })

    it('lists its runners', async () => {
      for (const runner of await test.broker.listRunners()) assert.ok(runner.labels.length > 0)
    })
  })
}

function acceptedRun(outcome: DispatchOutcome): number {
  assert.equal(outcome.kind, 'accepted')
  const runId = outcome.kind === 'accepted' ? outcome.runId : null
  assert.ok(runId !== null, 'the broker names the run')
  return runId
}
