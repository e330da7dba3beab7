import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestFleet, untilCompleted } from '../support/fleet.ts'

test("GitHub's own toolkit does its work in a job of the hub, unmodified", async t => {
  const here = import.meta.dirname
  const fleet = await startTestFleet(t, {
    workflows: {},
    folders: {
      '.github/workflows/toolkit.yml': join(here, 'toolkit.yml'),
      action: join(here, 'action'),
    },
  })
  const runId = await fleet.start('toolkit.yml', { programs: join(here, 'programs') })
  const { conclusion } = await untilCompleted(fleet, runId, 60_000)
  const [job] = await fleet.broker.listJobs(runId)
  const log = (job && (await fleet.broker.readJobLog(job.id))) ?? ''
  assert.equal(conclusion, 'success', log)
  assert.deepEqual(
    log.split('\n').flatMap(line => /^\S+Z => (.*)/.exec(line)?.[1] ?? []),
    [
      '{"value":42} several',
      'the secret is ***',
      'artifacts work',
      'the cache works',
      '@actions/github works',
      'octokit works',
    ],
  )
})
