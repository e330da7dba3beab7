import type { Millis } from '../../../base/clock.ts'
import { isJsonObject } from '../../../base/json.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'
import type { RepositorySource } from '../repository/repository-source.ts'

const name = 'runner software'

export interface RunnerVersion {
  readonly runner: string
  /** null: GitHub does not say, as of a runner that was never online. */
  readonly version: string | null
}

/** When GitHub stops giving jobs to a version (ISO 8601); null: that is not decided. */
export interface Deadlines {
  readonly jobs: string | null
}

/** `null`: the broker offers no such answer. */
export type DeadlinesByVersion = ReadonlyMap<string, Deadlines | null>

/** GitHub's floor (docs/protocol.md, "Runner versions"): older ones can neither be registered nor get jobs. */
const oldest = [2, 329, 0] as const
const soonDays = 14

export function runnerVersionsCheck(source: RepositorySource): Check {
  return {
    name,
    timeoutMs: 12_000,
    look: async () => {
      const answer = await source.read('/actions/runners?per_page=100')
      const list = isJsonObject(answer) ? answer['runners'] : null
      const runners = (Array.isArray(list) ? list : []).filter(isJsonObject).map(runner => ({
        runner: String(runner['name']),
        version: typeof runner['version'] === 'string' && runner['version'] !== '' ? runner['version'] : null,
      }))
      const versions = [...new Set(runners.flatMap(({ version }) => version ?? []))]
      const deadlines = await Promise.all(
        versions.map(async version => [version, await deadlinesOf(source, version)] as const),
      )
      return judgeVersions(runners, new Map(deadlines), Date.now())
    },
  }
}

/** Of this machine's own, where no broker can be asked for deadlines. */
export function installedVersionsCheck(
  installed: readonly { readonly name: string; readonly version: string | null }[],
): Check {
  const runners = installed.map(({ name: runner, version }) => ({ runner, version }))
  return { name, timeoutMs: 1_000, look: async () => judgeVersions(runners, new Map(), Date.now()) }
}

/** docs/protocol.md, "Runner versions"; not every plan has it. */
async function deadlinesOf(source: RepositorySource, version: string): Promise<Deadlines | null> {
  const answer = await source.read(`/actions/runners/deprecations/${encodeURIComponent(version)}`)
  if (!isJsonObject(answer)) return null
  const { runtime_deprecates_at: jobs } = answer
  return { jobs: typeof jobs === 'string' ? jobs : null }
}

/** Pure. */
export function judgeVersions(
  runners: readonly RunnerVersion[],
  deadlines: DeadlinesByVersion,
  now: Millis,
): readonly Finding[] {
  const groups = Map.groupBy(runners, ({ version }) => version)
  const findings = [...groups].flatMap(([version, group]) => {
    const names = group.map(({ runner }) => runner)
    return version === null ? [] : (judgeVersion(version, names, deadlines.get(version) ?? null, now) ?? [])
  })
  return findings.length > 0 ? findings : [ok(name, inShort(groups, deadlines))]
}

function judgeVersion(
  version: string,
  runners: readonly string[],
  deadlines: Deadlines | null,
  now: Millis,
): Finding | null {
  const names = runners.join(', ')
  const mend = manualMend(runners.map(runner => `relayq runner update ${runner}  # there`).join('\n'))
  if (isOlder(version, oldest)) {
    return problem(name, `${names}: version ${version} is older than ${oldest.join('.')}`, {
      why: 'GitHub gives it no jobs and does not register it again',
      mend,
    })
  }
  const end = deadlines?.jobs ?? null
  if (end === null) return null
  const days = Math.floor((Date.parse(end) - now) / 86_400_000)
  if (days >= soonDays) return null
  const when = days < 0 ? `since ${end.slice(0, 10)}` : `from ${end.slice(0, 10)} on`
  return (days < 0 ? problem : warning)(name, `${names}: version ${version} gets no jobs ${when}`, {
    why: 'GitHub wants each release installed within 30 days',
    mend,
  })
}

function inShort(
  groups: Map<string | null, readonly RunnerVersion[]>,
  deadlines: DeadlinesByVersion,
): string {
  const versions = [...groups].map(([version, group]) => {
    return `${version ?? 'unknown version'} (${group.map(({ runner }) => runner).join(', ')})`
  })
  const isKnown = [...deadlines.values()].some(known => known !== null)
  const remark = isKnown ? '' : '; the broker tells no deadlines'
  return versions.length === 0 ? 'no runner is registered' : `${versions.join(', ')}${remark}`
}

function isOlder(version: string, floor: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const differing = floor.findIndex((number, index) => (parts[index] ?? 0) !== number)
  return differing >= 0 && (parts[differing] ?? 0) < (floor[differing] ?? 0)
}
