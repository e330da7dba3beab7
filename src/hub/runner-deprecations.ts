import { isJsonObject, parseJson } from '../base/json.ts'
import { readIfThere } from '../base/read-if-there.ts'

/** When a version of actions/runner gets no more jobs, and when it can no more be registered (ISO 8601); null: undecided. */
export interface RunnerDeprecation {
  readonly runtimeAt: string | null
  readonly registrationAt: string | null
}

/**
 * Of `runner-deprecations.json` in the hub's state folder: `{"2.336.0": {"runtime_deprecates_at": "...",
 * "registration_deprecates_at": "..."}}`. A hub by itself gives no version up; whoever plays GitHub writes the file.
 */
export function readDeprecation(path: string, version: string): RunnerDeprecation {
  const all = parseJson(readIfThere(path) ?? '{}')
  const found = isJsonObject(all) && Object.hasOwn(all, version) ? all[version] : undefined
  return {
    runtimeAt: textOf(found, 'runtime_deprecates_at'),
    registrationAt: textOf(found, 'registration_deprecates_at'),
  }
}

function textOf(value: unknown, member: string): string | null {
  const text = isJsonObject(value) ? value[member] : null
  return typeof text === 'string' ? text : null
}
