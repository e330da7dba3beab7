import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Runner } from '../../../model/runner.ts'
import { githubMends } from '../fleet/fleet-mends.ts'
import { judgeWaiting, type WaitingFacts, type WaitingJob } from './waiting.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

function job(labels: readonly string[], minutes = 10, runId = 1): WaitingJob {
  return { runId, url: `https://x/${runId}`, labels, since: new Date(now - minutes * 60_000).toISOString() }
}

function runner(labels: readonly string[], changes: Partial<Runner> = {}): Runner {
  return { id: 1, name: 'macmini', os: 'macos', status: 'online', busy: false, labels, ...changes }
}

function judge(waiting: readonly WaitingJob[], runners: readonly Runner[], offersHosted = false) {
  const facts: WaitingFacts = { waiting, runners, offersHosted, mends: githubMends }
  return judgeWaiting(facts, now).map(({ severity, what }) => `${severity}: ${what}`)
}

test('Runs that ask for a label nobody has are a problem, told once for all of them', () => {
  const labels = ['self-hosted', 'audio']
  const found = judge([job(labels), job(labels, 5, 2)], [runner(['self-hosted', 'macmini'])])
  assert.deepEqual(found, ['problem: 2 runs wait for self-hosted, audio: no runner has the label "audio"'])
})

test('Where no runner is at all, what is missing is the label that tells machines apart', () => {
  assert.deepEqual(judge([job(['self-hosted', 'macmini'])], []), [
    'problem: 1 run waits for self-hosted, macmini: no runner has the label "macmini"',
  ])
})

test('Labels that are there, but on no one machine together, are told apart', () => {
  const two = [runner(['self-hosted', 'audio']), runner(['self-hosted', 'heavy'])]
  assert.deepEqual(judge([job(['audio', 'heavy'])], two), [
    'problem: 1 run waits for audio, heavy: no runner has all of them',
  ])
})

test('A machine that is away is a problem, one that is busy is none, one that idles for minutes is stuck', () => {
  const labels = ['self-hosted', 'macmini']
  assert.deepEqual(judge([job(labels)], [runner(labels, { status: 'offline' })]), [
    'problem: 1 run waits for self-hosted, macmini: macmini offline',
  ])
  assert.deepEqual(judge([job(labels)], [runner(labels, { busy: true })]), [
    'ok: 1, for machines that are busy or about to take them',
  ])
  assert.deepEqual(judge([job(labels, 1)], [runner(labels)]), [
    'ok: 1, for machines that are busy or about to take them',
  ])
  assert.deepEqual(judge([job(labels)], [runner(labels)]), [
    'problem: 1 run waits for self-hosted, macmini although macmini is idle',
  ])
})

test('What waits for a machine of GitHub’s own is not missed among one’s own', () => {
  assert.match(judge([job(['ubuntu-latest'])], [], true)[0] ?? '', /^ok/)
  assert.match(judge([job(['ubuntu-latest'])], [], false)[0] ?? '', /^problem/)
})
