import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installedRunner } from '../../../test/support/installed-runner.ts'
import { describeAction } from './action.ts'
import { decide } from './decide.ts'
import type { BrokerFacts, DiskFacts, KeepFacts, RunnerFacts } from './facts.ts'
import { type Memory, noMemory, type RunnerMemory } from './memory.ts'

const now = Date.parse('2026-11-26T12:00:00Z')
const hours = (number: number) => new Date(now + number * 3_600_000).toISOString()
const gigabyte = 1_000_000_000

const online: BrokerFacts = {
  kind: 'known',
  registration: { status: 'online' },
  offered: '2.336.0',
  jobsEndAt: null,
}
const offline: BrokerFacts = { ...online, registration: { status: 'offline' } }
const roomy: DiskFacts = { freeBytes: 20 * gigabyte, totalBytes: 64 * gigabyte, isWiped: true }
const well: RunnerFacts = {
  runner: installedRunner('rpi4'),
  service: 'running',
  lastExit: null,
  drainedBy: null,
  isWorking: false,
  broker: online,
}

function round(
  changes: Partial<RunnerFacts>,
  { memory = {}, ...more }: Partial<KeepFacts> & { readonly memory?: Partial<RunnerMemory> } = {},
) {
  const before: Memory = { rpi4: { ...noMemory, ...memory } }
  const facts = { runners: [{ ...well, ...changes }], disk: roomy, ...more }
  const { actions, findings, memory: after } = decide(facts, before, now)
  return {
    does: actions.map(describeAction),
    says: findings.map(({ severity, what }) => `${severity}: ${what}`),
    after: after['rpi4'],
  }
}

test('a runner that is well is left alone, round after round', () => {
  assert.deepEqual(round({}), { does: [], says: [], after: noMemory })
  assert.deepEqual(round({ lastExit: 7 }).does, [], 'an exit of before the last update says nothing')
})

test('a version is updated when another is offered, when its end is near, and when it was refused', () => {
  const offered = { ...online, offered: '2.337.0' }
  assert.deepEqual(round({ broker: offered }), {
    does: ['rpi4: update, since version 2.337.0 is offered, and 2.336.0 installed'],
    says: [],
    after: { ...noMemory, updatedAt: new Date(now).toISOString().replace('.000', '') },
  })
  assert.deepEqual(
    round({ broker: { ...online, offered: '2.99.9' } }).does,
    [],
    'older, though a greater text',
  )
  assert.deepEqual(round({ broker: { ...online, jobsEndAt: hours(24 * 15) } }).does, [])
  assert.deepEqual(round({ broker: { ...online, jobsEndAt: hours(24 * 13) } }).does, [
    'rpi4: update, since version 2.336.0 gets no jobs from 2026-12-09 on',
  ])
  assert.deepEqual(round({ lastExit: 7, broker: offline }).does, [
    'rpi4: update, since GitHub has refused version 2.336.0 (exit code 7)',
  ])
  assert.deepEqual(
    round({ lastExit: 7, service: 'failed', broker: { kind: 'unknown', because: 'no token' } }).does,
    ['rpi4: update, since GitHub has refused version 2.336.0 (exit code 7)'],
  )
})

test('an update waits for a job unless its end is at hand, and is tried once a day', () => {
  const near = { ...online, jobsEndAt: hours(24 * 10) }
  assert.deepEqual(round({ broker: near, isWorking: true }), {
    does: [],
    says: ['warning: rpi4 is updated when its job is over: version 2.336.0 gets no jobs from 2026-12-06 on'],
    after: noMemory,
  })
  assert.equal(round({ broker: { ...online, jobsEndAt: hours(30) }, isWorking: true }).does.length, 1)
  const tried = { memory: { updatedAt: hours(-23) } }
  assert.deepEqual(round({ broker: { ...online, offered: '2.337.0' } }, tried).does, [])
  assert.deepEqual(round({ broker: { ...online, jobsEndAt: hours(-1) } }, tried), {
    does: [],
    says: [
      'problem: rpi4 has version 2.336.0, and updating it has failed: version 2.336.0 gets no jobs from 2026-11-26 on',
    ],
    after: { ...noMemory, ...tried.memory },
  })
  assert.equal(
    round({ broker: { ...online, offered: '2.337.0' } }, { memory: { updatedAt: hours(-25) } }).does.length,
    1,
  )
})

test('a runner that GitHub has forgotten is registered anew, and a person is asked where that has failed', () => {
  const forgotten: BrokerFacts = { ...online, registration: null }
  assert.deepEqual(round({ broker: forgotten }).does, [
    'rpi4: register anew, since GitHub does not know it any more',
  ])
  const again = round({ broker: forgotten }, { memory: { registeredAt: hours(-5) } })
  assert.deepEqual(again.does, [])
  assert.match(again.says[0] ?? '', /problem: GitHub does not know rpi4 any more/)
  assert.deepEqual(
    round({ broker: forgotten, runner: installedRunner('rpi4', { ephemeral: true }) }).does,
    [],
  )
})

test('a service that does not run is started, also where nobody can be asked', () => {
  assert.deepEqual(round({ service: 'stopped' }).does, ['rpi4: start, since its service does not run'])
  const alone = round({ service: 'failed', broker: { kind: 'unknown', because: 'There is no token.' } })
  assert.deepEqual(alone.does, ['rpi4: start, since its service has given up'])
  assert.deepEqual(alone.says, ['warning: what GitHub knows of rpi4 could not be asked: There is no token.'])
  assert.deepEqual(round({ service: 'absent' }).says, ['problem: the service of rpi4 is gone'])
  assert.deepEqual(round({ runner: installedRunner('rpi4', { isComplete: false }), service: 'stopped' }), {
    does: [],
    says: ['problem: rpi4 is not set up to its end'],
    after: noMemory,
  })
})

test('a listener that is not seen for half an hour is restarted, three times a day at most', () => {
  const first = round({ broker: offline })
  assert.deepEqual([first.does, first.says], [[], []])
  const memory = { offlineSince: hours(-1), restarts: [hours(-25), hours(-9), hours(-5)] }
  assert.deepEqual(round({ broker: offline }, { memory }), {
    does: ['rpi4: restart, since it runs, and GitHub has not seen it for 60 minutes'],
    says: [],
    after: {
      ...noMemory,
      restarts: [hours(-9), hours(-5), new Date(now).toISOString().replace('.000', '')],
    },
  })
  const often = round(
    { broker: offline },
    { memory: { ...memory, restarts: [hours(-9), hours(-5), hours(-2)] } },
  )
  assert.deepEqual(often.does, [])
  assert.deepEqual(often.says, ['problem: rpi4 stays offline, though it was restarted 3 times today'])
  assert.equal(round({}, { memory }).after?.offlineSince, null)
  assert.deepEqual(round({ broker: offline }, { memory: { offlineSince: hours(-0.4) } }).does, [])
})

test('a full disk is wiped, more the less room there is, then drains the runner, and lets it come back', () => {
  const disk = (free: number, isWiped = false) => ({
    disk: { ...roomy, freeBytes: free * gigabyte, isWiped },
  })
  const light = [
    'rpi4: wipe older versions of the runner, since only 4.0 GB free',
    'rpi4: wipe old logs of the runner, since only 4.0 GB free',
  ]
  assert.deepEqual(round({}, disk(4)).does, light)
  assert.deepEqual(round({}, disk(4, true)).does, [])
  assert.equal(round({}, disk(0.5)).does.length, 4)
  assert.equal(round({ isWorking: true }, disk(0.5)).does.length, 2, 'of a job at work nothing is wiped')
  const full = round({}, disk(0.5, true))
  assert.deepEqual(full.does, ['rpi4: drain, since the disk is full'])
  assert.deepEqual(full.says, ['problem: only 0.5 GB free after all that can be wiped was'])
  const drained: Partial<RunnerFacts> = { drainedBy: 'keep', service: 'running' }
  assert.deepEqual(round(drained, disk(0.5, true)).does, [
    'rpi4: stop, since it is drained, and its job has ended',
  ])
  assert.deepEqual(round({ ...drained, isWorking: true }, disk(0.5, true)).does, [])
  assert.deepEqual(round({ ...drained, service: 'stopped' }, disk(1.2, true)).does, [], 'not to and fro')
  assert.deepEqual(round({ ...drained, service: 'stopped' }, disk(2, true)).does, [
    'rpi4: resume, since the disk has room again',
  ])
  const card = { ...roomy, totalBytes: 8 * gigabyte, freeBytes: 2 * gigabyte, isWiped: false }
  assert.deepEqual(round({}, { disk: card }).does, [], 'a small card is not always too full')
})

test('what a person has drained stays so, whatever else is wrong', () => {
  const drained: Partial<RunnerFacts> = {
    drainedBy: 'person',
    lastExit: 7,
    broker: { ...online, registration: null },
  }
  assert.deepEqual(round({ ...drained, service: 'stopped' }).does, [])
  assert.deepEqual(round({ ...drained, isWorking: true }).does, [])
  assert.deepEqual(round(drained).does, ['rpi4: stop, since it is drained, and its job has ended'])
})
