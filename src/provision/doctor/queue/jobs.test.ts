import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeDead, judgeHeld, judgeSupervisor, type QueuedJob, type QueueFacts } from './jobs.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const ago = (hours: number) => new Date(now - hours * 3_600_000).toISOString()

function job(changes: Partial<QueuedJob>): QueuedJob {
  const base = { id: 'j1', kind: 'transcribe', reason: null, createdAt: ago(2), finishedAt: null }
  return { ...base, runnerName: null, notBefore: null, failure: null, ...changes }
}

function facts(changes: Partial<QueueFacts>): QueueFacts {
  return { held: [], sent: 0, dead: [], supervisor: 'vm:1', ...changes }
}

test('A queue that nobody supervises is warned of, and is a problem while jobs wait for it', () => {
  assert.equal(judgeSupervisor(facts({})).severity, 'ok')
  assert.equal(judgeSupervisor(facts({ supervisor: null })).severity, 'warning')
  const held = judgeSupervisor(facts({ supervisor: null, held: [job({})] }))
  assert.equal(held.severity, 'problem')
  assert.equal(held.mend?.command, 'relayq supervise')
})

test('Jobs held for long with nothing under way are told with their reason; a backlog that moves is well', () => {
  const held = [job({ reason: 'held back: no machine' }), job({ id: 'j2', reason: 'held back: no machine' })]
  assert.deepEqual(
    judgeHeld(facts({ held }), now).map(({ what }) => what),
    ['2 jobs held for about 2 hours: held back: no machine'],
  )
  assert.deepEqual(
    judgeHeld(facts({ held, sent: 1 }), now).map(({ severity }) => severity),
    ['ok'],
  )
  const later = [job({ notBefore: ago(-3) })]
  assert.deepEqual(
    judgeHeld(facts({ held: later }), now).map(({ severity }) => severity),
    ['ok'],
  )
})

test('Dead jobs are told by why and where, a machine’s faults first, and old ones not at all', () => {
  const bad = { failure: 'bad_input' as const, reason: 'no such page', finishedAt: ago(1) }
  const lost = { failure: 'model_missing' as const, reason: 'ffmpeg is not installed', runnerName: 'rpi4' }
  const dead = [
    job({ id: 'a', ...bad }),
    job({ id: 'b', ...lost, finishedAt: ago(2) }),
    job({ id: 'c', ...lost, finishedAt: ago(3) }),
    job({ id: 'd', ...bad, finishedAt: ago(24 * 30) }),
  ]
  assert.deepEqual(
    judgeDead(facts({ dead }), now).map(({ severity, what, mend }) => [severity, what, mend?.command]),
    [
      [
        'problem',
        '2 jobs failed on rpi4: ffmpeg is not installed',
        'relayq retry --dead --failure model_missing',
      ],
      ['warning', '1 job failed: no such page', 'relayq view a'],
    ],
  )
  assert.match(judgeDead(facts({ dead }), now)[0]?.why ?? '', /; what mends that first: relayq view b$/)
  assert.equal(judgeDead(facts({}), now)[0]?.severity, 'ok')
})
