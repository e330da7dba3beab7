import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import type { Run, RunStatus } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import { diagnose, type Patient, patience } from './diagnose.ts'
import type { RunnerSeen } from './fleet-memory.ts'

const now = Date.parse('2026-01-02T00:00:00Z')
const ago = (ms: number) => new Date(now - ms).toISOString()

const mac: Runner = {
  id: 1,
  name: 'macmini',
  os: 'macOS',
  status: 'online',
  busy: false,
  labels: ['macmini'],
}

function patient(options: {
  readonly attempt?: Partial<LedgerAttempt> | null
  readonly listed?: RunStatus | null
  readonly mac?: RunnerSeen
}): Patient {
  const attempt = { state: 'dispatched', createdAt: ago(1_000), sentAt: ago(1_000), givenUp: null }
  const { listed = 'queued' } = options
  return {
    job: { id: 'j1' } as LedgerJob,
    newest: options.attempt === null ? null : ({ ...attempt, ...options.attempt } as LedgerAttempt),
    listed: listed === null ? null : ({ id: 1, status: listed } as Run),
    bearers: [mac],
    seen: new Map([['macmini', options.mac ?? { state: 'busy', since: now }]]),
  }
}

const running = { state: 'running', runnerName: 'macmini' } as const
const givenUp = (ms: number) => ({ givenUp: { because: 'offline', reason: 'x', at: ago(ms) } })

const table: readonly (readonly [says: string, Parameters<typeof patient>[0], expected: string])[] = [
  ['a job without an attempt', { attempt: null }, 'release'],
  ['a job between two attempts', { attempt: { state: 'failed' } }, 'release'],
  ['an attempt that was written and not sent', { attempt: { state: 'prepared' } }, 'look'],
  ['an attempt whose answer was lost', { attempt: { state: 'unknown' } }, 'look'],
  ['a run that is not listed', { listed: null }, 'look'],
  ['a run that has begun', { listed: 'in_progress' }, 'look'],
  ['a run at work', { attempt: running, listed: 'in_progress' }, 'fine'],
  ['a run that is over', { attempt: running, listed: null }, 'look'],
  ['a run that waits', {}, 'reconsider'],
  [
    'a run that waits beside an idle machine, not for long',
    { mac: { state: 'idle', since: 0 } },
    'reconsider',
  ],
  [
    'a run that is stuck beside an idle machine',
    {
      attempt: { sentAt: ago(patience.stuck) },
      mac: { state: 'idle', since: now - patience.stuck },
    },
    'give_up stuck',
  ],
  [
    'a run that waits beside a machine which was busy until now',
    { attempt: { sentAt: ago(patience.stuck) }, mac: { state: 'idle', since: now } },
    'reconsider',
  ],
  [
    'a run that has waited for almost a day',
    { attempt: { sentAt: ago(patience.queueLimit) } },
    'give_up queue_limit',
  ],
  [
    'a run whose machine is away for a moment',
    { attempt: running, listed: 'in_progress', mac: { state: 'offline', since: now - patience.lost + 1 } },
    'fine',
  ],
  [
    'a run whose machine is away',
    { attempt: running, listed: 'in_progress', mac: { state: 'offline', since: now - patience.lost } },
    'give_up lost',
  ],
  [
    'a run whose machine is gone',
    { attempt: running, listed: 'in_progress', mac: { state: 'gone', since: now - patience.lost } },
    'give_up lost',
  ],
  ['a run that was just told to end', { attempt: givenUp(0) }, 'fine'],
  ['one that did not end', { attempt: givenUp(patience.insist) }, 'insist'],
  ['one that was forced and did not end', { attempt: givenUp(patience.leaveBehind) }, 'leave_behind'],
  ['one that was told to end and is not listed', { attempt: givenUp(0), listed: null }, 'look'],
  [
    'one that is not listed and yet not over',
    { attempt: { ...running, ...givenUp(patience.insist) }, listed: null },
    'insist',
  ],
]

for (const [says, options, expected] of table) {
  test(`Of ${says}: ${expected}`, () => {
    const diagnosis = diagnose(patient(options), now)
    const found = diagnosis.kind === 'give_up' ? `give_up ${diagnosis.why.because}` : diagnosis.kind
    assert.equal(found, expected)
  })
}
