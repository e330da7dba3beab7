import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestFleet, untilCompleted } from '../support/fleet.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples', 'audio')

test('two machines commit their results to one branch at once, and no commit is lost', {
  timeout: 120_000,
}, async t => {
  const fleet = await startTestFleet(t, {
    workflows: shippedWorkflows,
    runners: ['one', 'two'].map(name => ({ name, labels: ['self-hosted', 'audio', name] })),
    config: [
      'RELAYQ_DELIVER_BRANCH=transcripts/all',
      'RELAYQ_SPEECH_COMMAND=["/bin/sh", "-c", "echo heard by hand", "{input}"]',
      `RELAYQ_INPUT_ROOTS=${examples}`,
    ],
  })
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', fleet.checkout, ...args], { encoding: 'utf8' }).trim()
  const main = git('rev-parse', 'main')
  const start = (machine: string, id: string) =>
    fleet.start('transcribe_audio.yml', {
      path: join(examples, 'market.mp3'),
      formats: 'txt',
      runs_on: JSON.stringify([machine]),
      relayq_id: id,
      relayq_group: id,
    })
  const runs = await Promise.all([start('one', 'ja.1'), start('two', 'jb.2'), start('one', 'jc.1')])
  for (const id of runs) {
    const run = await untilCompleted(fleet, id, 60_000)
    const [job] = await fleet.broker.listJobs(id)
    const log = (job && (await fleet.broker.readJobLog(job.id))) ?? ''
    assert.equal(run.conclusion, 'success', log)
    assert.match(log, /relayq: the result was handed on to the branch transcripts\/all/)
  }
  const files = ['ja', 'jb', 'jc'].flatMap(job => [
    `results/${job}/result.json`,
    `results/${job}/transcript.txt`,
  ])
  assert.equal(git('ls-tree', '-r', '--name-only', 'transcripts/all'), files.join('\n'))
  assert.equal(git('show', 'transcripts/all:results/jb/transcript.txt'), 'heard by hand')
  assert.equal(git('rev-list', '--count', 'transcripts/all'), '3')
  assert.equal(git('rev-parse', 'main'), main)
})
