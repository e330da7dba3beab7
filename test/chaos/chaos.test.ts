import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runChaos } from './chaos.ts'

test('whatever is killed and whatever errs, each job is done once, or dead for a true reason', {
  timeout: 240_000,
}, async t => {
  const report = await runChaos(t, {
    ...{ jobs: 20, seed: 7, workSeconds: 0.5, losesDispatches: false },
    ...{ everyMs: 2_000, restMs: 15_000, most: 10, limitMs: 200_000 },
  })
  const { killed, dead, doneTwice } = report
  t.diagnostic(
    `${report.succeeded} succeeded; ${report.attempts} attempts, ${report.runs} runs in ${report.seconds.toFixed(0)} s`,
  )
  t.diagnostic(`killed: ${[...killed].map(([name, times]) => `${name} ${times}`).join(', ')}`)
  for (const [reason, times] of dead) t.diagnostic(`dead: ${times} ${reason}`)
  for (const line of doneTwice) t.diagnostic(line)
  assert.deepEqual(report.broken, [], report.said.slice(-40).join('\n'))
  assert.equal(
    report.succeeded,
    19,
    'only what cannot be done dies: ten kills are too few for eight of one job',
  )
})
