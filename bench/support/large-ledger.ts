import { DatabaseSync } from 'node:sqlite'
import { openLedger } from '../../src/ledger/ledger.ts'

export interface LargeLedger {
  readonly path: string
  readonly broker: string
  /** Of them, so many wait for their time, are at the broker, and may go out; the others are over. */
  readonly jobs: number
  readonly later: number
  readonly sent: number
  readonly ready: number
}

const minuteMs = 60_000

/**
 * Writes a ledger as years of use leave it: each job with an attempt (one in ten with two), its events and its result.
 * In plain SQL, for a transaction each would take an hour.
 */
export function writeLargeLedger({ path, broker, jobs, later, sent, ready }: LargeLedger): void {
  openLedger(path).close()
  const db = new DatabaseSync(path)
  const statements = prepareInserts(db)
  const begin = Date.now() - jobs * minuteMs
  const over = jobs - later - sent - ready
  db.exec('BEGIN')
  for (let at = 0; at < jobs; at += 1) {
    const createdAt = new Date(begin + at * minuteMs).toISOString()
    const job = { at, broker, id: `j${String(at).padStart(11, '0')}`, createdAt }
    if (at < over) writeFinished(statements, job)
    else if (at < over + later) writeActive(statements, job, 'later')
    else writeActive(statements, job, at < over + later + sent ? 'sent' : 'ready')
  }
  db.exec('COMMIT')
  db.close()
}

interface Written {
  readonly at: number
  readonly broker: string
  readonly id: string
  readonly createdAt: string
}

type Inserts = ReturnType<typeof prepareInserts>

function prepareInserts(db: DatabaseSync) {
  return {
    job: db.prepare(
      `INSERT INTO jobs (id, broker, kind, inputs, idempotency_key, state, reason, priority, decision, created_at,
         finished_at, batch, failure, not_before) VALUES (?, ?, 'transcribe', ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`,
    ),
    attempt: db.prepare(
      `INSERT INTO attempts (id, job_id, number, state, workflow, ref, runs_on, run_id, run_url, runner_name,
         created_at, sent_at, started_at, finished_at, step, failure)
       VALUES (?, ?, ?, ?, 'transcribe_audio.yml', 'main', ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    ),
    event: db.prepare('INSERT INTO events (job_id, attempt_id, at, type, detail) VALUES (?, ?, ?, ?, ?)'),
    result: db.prepare('INSERT INTO results VALUES (?, ?, ?, ?, ?)'),
  }
}

export const machines = ['macmini', 'rpi4', 'rpi3'] as const

function writeFinished(inserts: Inserts, job: Written): void {
  const failure = job.at % 20 === 7 ? 'bad_input' : null
  const state = failure ? 'failed' : 'succeeded'
  writeJob(inserts, job, { state, failure, finishedAt: later(job, 5), notBefore: null })
  const attempts = job.at % 10 === 3 ? ['failed', state] : [state]
  for (const [index, ended] of attempts.entries()) {
    writeAttempt(inserts, job, { number: index + 1, state: ended, failure })
  }
  const result = JSON.stringify({ ...exampleResult, relayqId: `${job.id}.${attempts.length}` })
  inserts.result.run(job.id, `${job.id}.${attempts.length}`, `/results/${job.id}`, result, later(job, 5))
}

function writeActive(inserts: Inserts, job: Written, how: 'later' | 'sent' | 'ready'): void {
  const notBefore = how === 'later' ? new Date(Date.now() + 86_400_000).toISOString() : null
  const state = how === 'sent' ? 'queued' : 'pending'
  writeJob(inserts, job, { state, failure: null, finishedAt: null, notBefore })
  if (how === 'sent') writeAttempt(inserts, job, { number: 1, state: 'dispatched', failure: null })
}

function writeJob(
  inserts: Inserts,
  { at, broker, id, createdAt }: Written,
  end: {
    readonly state: string
    readonly failure: string | null
    readonly finishedAt: string | null
    readonly notBefore: string | null
  },
): void {
  const inputs = JSON.stringify({ url: `https://example.com/episodes/${at}.mp3`, language: 'en' })
  const decision = JSON.stringify(exampleDecision(machineOf(at)))
  const batch = at % 4 === 0 ? `feed-${at % 100}` : null
  inserts.job.run(
    ...[id, broker, inputs, `sha256:${at}`, end.state, end.failure && 'not_media: no audio', decision],
    ...[createdAt, end.finishedAt, batch, end.failure, end.notBefore],
  )
  inserts.event.run(id, null, createdAt, 'job.pending', '{"from":null,"reason":null}')
}

function writeAttempt(
  inserts: Inserts,
  job: Written,
  {
    number,
    state,
    failure,
  }: { readonly number: number; readonly state: string; readonly failure: string | null },
): void {
  const id = `${job.id}.${number}`
  const isOver = state !== 'dispatched'
  const runner = machineOf(job.at)
  const runId = job.at * 2 + number
  const times = [job.createdAt, later(job, 0), isOver ? later(job, 1) : null, isOver ? later(job, 5) : null]
  inserts.attempt.run(
    ...[id, job.id, number, state, `self-hosted\n${runner}`, runId, `http://hub/q/actions/runs/${runId}`],
    ...[isOver ? runner : null, ...times, failure],
  )
  const decision = JSON.stringify({ decision: exampleDecision(runner) })
  inserts.event.run(job.id, id, job.createdAt, 'attempt.prepared', decision)
  inserts.event.run(job.id, id, job.createdAt, 'attempt.dispatched', JSON.stringify({ run: runId }))
  if (isOver) inserts.event.run(job.id, id, later(job, 1), 'attempt.running', JSON.stringify({ runner }))
  if (isOver) inserts.event.run(job.id, id, later(job, 5), `attempt.${state}`, JSON.stringify({ failure }))
}

function later({ createdAt }: Written, minutes: number): string {
  return new Date(Date.parse(createdAt) + minutes * minuteMs).toISOString()
}

function machineOf(at: number): string {
  return machines[at % machines.length] ?? machines[0]
}

function exampleDecision(runner: string) {
  const candidates = machines.map((label, step) => ({
    ...{ label, runner: label, step, eta: 240, verdict: label === runner ? 'chosen' : 'accepted' },
    reasons: ['online, idle', 'done in about 4 minutes'],
  }))
  return {
    ...{
      label: runner,
      runsOn: ['self-hosted', runner],
      hosted: false,
      maxSizeMb: 1_000,
      timeoutMinutes: null,
    },
    ...{
      verify: 'warn',
      outcome: 'preferred',
      step: 0,
      steps: 3,
      queueTimeoutSeconds: null,
      notBefore: null,
    },
    ...{ expectedFinish: new Date(Date.now() + 240_000).toISOString(), candidates },
    summary: `${runner} is preferred and idle; the job is expected to be done in about 4 minutes.`,
  }
}

const exampleResult = {
  ...{ schema: 'relayq.result/1', kind: 'transcribe', status: 'succeeded', error: null },
  ...{ files: { txt: 'transcript.txt', srt: 'transcript.srt' }, warnings: [] },
  runner: { name: 'macmini', arch: 'arm64', os: 'macos', memoryMb: 16_000, cores: 8, tools: ['ffmpeg'] },
  ...{ media: { durationSeconds: 1_800, bytes: 28_800_000 }, engine: { name: 'whisper.cpp', model: 'base' } },
  timing: { workSeconds: 200 },
}
