import type { Millis } from '../../../base/clock.ts'
import { roughDuration } from '../../../base/duration.ts'
import { eachOf } from '../../../base/each-of.ts'
import type { Broker } from '../../../model/broker.ts'
import type { Runner } from '../../../model/runner.ts'
import { bears } from '../../../policy/capabilities.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem } from '../finding.ts'
import type { FleetMends } from '../fleet/fleet-mends.ts'

const name = 'waiting runs'

/** A workflow job that no runner has. */
export interface WaitingJob {
  readonly runId: number
  readonly url: string
  readonly labels: readonly string[]
  /** ISO 8601. */
  readonly since: string
}

export interface WaitingFacts {
  readonly waiting: readonly WaitingJob[]
  readonly runners: readonly Runner[]
  readonly offersHosted: boolean
  readonly mends: FleetMends
}

type WaitingSource = Pick<Broker, 'listRuns' | 'listJobs' | 'listRunners' | 'offersHosted'>

/**
 * GitHub gives a job out again after a minute (its docs, "Routing precedence for self-hosted runners"): what waits beside an
 * idle machine for longer is stuck.
 */
const stuckMs = 180_000
/** More are not looked at one by one. */
const mostRuns = 40

/** What waits at the broker, whoever sent it. */
export function waitingRunsCheck(broker: WaitingSource, mends: FleetMends): Check {
  return {
    name,
    timeoutMs: 12_000,
    look: async () => {
      const [waiting, runners] = await Promise.all([listWaiting(broker), broker.listRunners()])
      return judgeWaiting({ waiting, runners, offersHosted: broker.offersHosted, mends }, Date.now())
    },
  }
}

async function listWaiting(broker: WaitingSource): Promise<readonly WaitingJob[]> {
  const runs = await broker.listRuns({ status: 'queued', most: mostRuns })
  const waiting: WaitingJob[] = []
  await eachOf(runs, 4, async ({ id, url }) => {
    const jobs = (await broker.listJobs(id)).filter(({ status }) => status === 'queued')
    waiting.push(...jobs.map(({ labels, createdAt }) => ({ runId: id, url, labels, since: createdAt })))
  })
  return waiting.toSorted((a, b) => a.since.localeCompare(b.since))
}

/** Those that nobody can take, by the labels they ask for. Pure. */
export function judgeWaiting(facts: WaitingFacts, now: Millis): readonly Finding[] {
  const groups = Map.groupBy(facts.waiting, ({ labels }) => labels.join(', '))
  const findings = [...groups.values()].flatMap(group => judgeGroup(group, facts, now) ?? [])
  if (findings.length > 0) return findings
  const { length } = facts.waiting
  return [ok(name, length === 0 ? 'none' : `${length}, for machines that are busy or about to take them`)]
}

/** `group`: jobs of the same labels, oldest first, never empty. null: they will be taken. */
function judgeGroup(
  group: readonly WaitingJob[],
  { runners, offersHosted, mends }: WaitingFacts,
  now: Millis,
): Finding | null {
  const [oldest] = group
  if (!oldest) return null
  const { labels } = oldest
  if (offersHosted && !labels.some(isGivenToAll)) return null
  const who = `${group.length === 1 ? '1 run waits' : `${group.length} runs wait`} for ${labels.join(', ')}`
  const details = { where: oldest.url, why: `since ${ageOf(oldest, now)}; GitHub drops what waits for a day` }
  const bearers = runners.filter(runner => labels.every(label => bears(runner, label)))
  if (bearers.length === 0) {
    // Where there is no runner at all, what it is a runner of says more than that it is one.
    const telling = labels.toSorted((a, b) => Number(isGivenToAll(a)) - Number(isGivenToAll(b)))
    const missing = telling.find(label => !runners.some(runner => bears(runner, label)))
    const what = missing === undefined ? 'no runner has all of them' : `no runner has the label "${missing}"`
    const mend = missing === undefined ? manualMend(`relayq cancel ${oldest.runId}`) : mends.label(missing)
    return problem(name, `${who}: ${what}`, { ...details, mend })
  }
  const online = bearers.filter(({ status }) => status === 'online')
  const [away] = bearers
  if (online.length === 0 && away) {
    const names = bearers.map(runner => runner.name).join(', ')
    return problem(name, `${who}: ${names} offline`, { ...details, mend: mends.offline(away) })
  }
  const idle = online.find(({ busy }) => !busy)
  if (!idle || now - Date.parse(oldest.since) < stuckMs) return null
  return problem(name, `${who} although ${idle.name} is idle`, {
    ...details,
    mend: mends.offline(idle),
  })
}

/** The label that GitHub gives to every machine that is not its own. */
function isGivenToAll(label: string): boolean {
  return label.toLowerCase() === 'self-hosted'
}

function ageOf({ since }: WaitingJob, now: Millis): string {
  return roughDuration(Math.max(0, (now - Date.parse(since)) / 1_000))
}
