import type { components } from '@octokit/openapi-types'
import { isSystemLabel } from '../runner-service/labels.ts'
import type { RunnerRecord } from '../store/records.ts'

/** GitHub also gives `version` since 2026; the published types do not name it yet. */
type Runner = components['schemas']['runner'] & { readonly version: string }

export function presentRunner(runner: RunnerRecord): Runner {
  return {
    id: runner.id,
    runner_group_id: 1,
    name: runner.name,
    os: runner.os,
    status: runner.online ? 'online' : 'offline',
    busy: runner.busy,
    ephemeral: runner.ephemeral,
    version: runner.version,
    labels: presentLabels(runner.labels).labels,
  }
}

export function presentLabels(labels: readonly string[]): {
  readonly total_count: number
  readonly labels: Runner['labels']
} {
  const shown = labels.map((name, index) => ({
    id: index + 1,
    name,
    type: isSystemLabel(name) ? ('read-only' as const) : ('custom' as const),
  }))
  return { total_count: shown.length, labels: shown }
}
