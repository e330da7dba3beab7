/**
 * Workers of the legacy Redis mode, killed with SIGKILL while they work, and what becomes of many jobs.
 * Ends with 1 when a job was lost or doubled. Run: node bench/legacy-kills.ts [--jobs 500] [--kills 100] [--seed 7]
 */
import { parseArgs } from 'node:util'
import { killWorkers } from '../test/legacy/kills.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '500' },
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '7' },
    minutes: { type: 'string', default: '20' },
    verbose: { type: 'boolean', default: false },
  },
})

const ends: (() => unknown)[] = []
async function endAll(): Promise<void> {
  for (const end of ends.splice(0)) await end()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)))
}

function tell(line: string): void {
  if (values.verbose) process.stderr.write(`${line}\n`)
}

try {
  const report = await killWorkers(
    { after: end => void ends.push(end) },
    {
      ...{ jobs: Number(values.jobs), kills: Number(values.kills), seed: Number(values.seed), tell },
      ...{ workers: 3, everyMs: 1_300, leaseSeconds: 2, limitMs: Number(values.minutes) * 60_000 },
    },
  )
  const rows: readonly (readonly [string, number])[] = [
    ['jobs', report.jobs],
    ['done once', report.doneOnce],
    ['lost (wanted: 0)', report.lost.length],
    ['doubled (wanted: 0)', report.doubled.length],
    ['heard twice, as the worker died between the work and its result', report.workedTwice.length],
    ['kills', report.kills],
    ['  of workers at work', report.killedAtWork],
    ['attempts', report.attempts],
    ['seconds', Math.round(report.seconds)],
  ]
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(70)}${String(value).padStart(6)}\n`)
  for (const line of [...report.lost, ...report.doubled]) process.stdout.write(`${line}\n`)
  process.exitCode = report.lost.length + report.doubled.length === 0 ? 0 : 1
} finally {
  await endAll()
}
