import type { components } from '@octokit/openapi-types'
import type { RunnerRecord } from '../store/records.ts'

/** GitHub also gives `version` since 2026; the published types do not name it yet. */
type Runner = components['schemas']['runner'] & { readonly version: string }

/** Labels GitHub gives a runner by itself; every other label is "custom". */
const systemLabels = new Set(['self-hosted', 'linux', 'macos', 'windows', 'x64', 'arm', 'arm64'])

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
    labels: runner.labels.map((name, index) => ({
      id: index + 1,
      name,
      type: systemLabels.has(name.toLowerCase()) ? 'read-only' : 'custom',
    })),
  }
}
