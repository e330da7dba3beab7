/**
 * Two supervisors, three machines and a hub whose answers fail, all killed again and again, and what becomes of many jobs.
 * Ends with 1 when a promise was broken. Run: node bench/chaos.ts [--jobs 500] [--seed 7]
 */
import { parseArgs } from 'node:util'
import { type ChaosReport, runChaos } from '../test/chaos/chaos.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '7' },
    minutes: { type: 'string', default: '15' },
    verbose: { type: 'boolean', default: false },
  },
})
const jobs = Number(values.jobs)

const ends: (() => unknown)[] = []
/** What was started last is ended first. */
async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)))
}

function tell(line: string): void {
  if (values.verbose) process.stderr.write(`${line}\n`)
}

try {
  const report = await runChaos(
    { after: end => void ends.push(end) },
    {
      ...{ jobs, seed: Number(values.seed), workSeconds: 0.5, losesDispatches: true, tell },
      ...{ everyMs: 5_000, restMs: 61_000, most: jobs, limitMs: Number(values.minutes) * 60_000 },
    },
  )
  for (const line of report.said) tell(line)
  print(report)
  process.exitCode = report.broken.length === 0 ? 0 : 1
} finally {
  await endAll()
}

function print(report: ChaosReport): void {
  const { dead, doneTwice, broken, killed } = report
  const kills = [...killed.values()].reduce((sum, times) => sum + times, 0)
  const deaths = [...dead.values()].reduce((sum, times) => sum + times, 0)
  const rows: readonly (readonly [string, string | number])[] = [
    ['jobs', report.jobs],
    ['done once', report.succeeded],
    ['dead', deaths],
    ...[...dead].map(([reason, times]) => [`  ${reason}`, times] as const),
    ['results delivered twice (wanted: 0)', report.deliveredTwice],
    ['lost, or not over when the time was up (wanted: 0)', report.jobs - report.succeeded - deaths],
    ['work done twice, as the machine died before its result was kept', doneTwice.length],
    ['promises broken (wanted: 0)', broken.length],
    ['attempts', report.attempts],
    ['runs', report.runs],
    ['kills', kills],
    ...[...killed].toSorted().map(([name, times]) => [`  ${name}`, times] as const),
    ['seconds', report.seconds.toFixed(0)],
  ]
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(110)}${String(value).padStart(6)}\n`)
  for (const line of [...doneTwice, ...broken]) process.stdout.write(`${line}\n`)
}
