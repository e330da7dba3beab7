import { posix } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { JobInputs } from '../model/inputs.ts'
import type { KindSpec } from '../model/kinds.ts'
import { missingScript, scriptsFolder } from '../model/script.ts'
import type { QueueContext } from './context.ts'
import { unlessAway } from './file-first.ts'

/**
 * Throws `script_unusable` for a script that the repository certainly does not have at the ref that would run, and
 * `invalid_input` where the broker has no repository. What cannot be known now, the job finds out.
 */
export async function requireScript(
  { broker, ref }: Pick<QueueContext, 'broker' | 'ref'>,
  kind: KindSpec,
  inputs: JobInputs,
): Promise<void> {
  const input = kind.inputs.find(({ form }) => form.kind === 'script')
  const script = input && inputs[input.name]
  if (script === undefined) return
  const below = posix.dirname(script)
  const there = await unlessAway(async () => {
    const at = ref ?? (await broker.defaultBranch())
    const beside = await namesIn(broker, below, at)
    return beside?.length === 0 ? await namesIn(broker, '.', at) : beside
  })
  if (there.kind === 'away' || there.value === null || there.value.includes(script)) return
  throw missingScript(script, there.value)
}

/** Of what lies in a folder below `jobs/`, as a job would name it; null: it may not be seen. */
async function namesIn(
  broker: QueueContext['broker'],
  below: string,
  ref: string,
): Promise<readonly string[] | null> {
  const listing = await broker.listFolder(posix.join(scriptsFolder, below), ref)
  if (listing.kind === 'no_repository') throw withoutRepository()
  return listing.kind === 'unknown' ? null : listing.names.map(name => posix.join(below, name))
}

function withoutRepository(): RelayError {
  const message = `This broker has no repository, and scripts lie in the ${scriptsFolder}/ of one.`
  return new RelayError('invalid_input', message, { hint: 'Use GitHub, or the embedded one: relayq up' })
}
