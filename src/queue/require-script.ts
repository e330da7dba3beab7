import { posix } from 'node:path'
import { RelayError } from '../base/errors.ts'
import type { JobInputs } from '../model/inputs.ts'
import type { KindSpec } from '../model/kinds.ts'
import { missingScript, scriptsFolder } from '../model/script.ts'
import type { QueueContext } from './context.ts'
import { unlessAway } from './file-first.ts'

/** The checkout this was called in has another version of the script than the one that runs. */
export interface ScriptDiffers {
  readonly kind: 'script_differs'
  /** `jobs/words.sh` */
  readonly place: string
  /** In the checkout: then it was not pushed, or the checkout is behind. */
  readonly isCommitted: boolean
}

type Asking = Pick<QueueContext, 'broker' | 'ref' | 'localScript'>

/**
 * Throws `script_unusable` for a script that the repository certainly does not have at the ref that would run, and
 * `invalid_input` where the broker has no repository. What cannot be known now, the job finds out.
 */
export async function requireScript(
  { broker, ref, localScript }: Asking,
  kind: KindSpec,
  inputs: JobInputs,
): Promise<ScriptDiffers | null> {
  const input = kind.inputs.find(({ form }) => form.kind === 'script')
  const script = input && inputs[input.name]
  if (script === undefined) return null
  const below = posix.dirname(script)
  const there = await unlessAway(async () => {
    const at = ref ?? (await broker.defaultBranch())
    const beside = await scriptsIn(broker, below, at)
    return beside?.names.length === 0 ? await scriptsIn(broker, '.', at) : beside
  })
  if (there.kind === 'away' || there.value === null) return null
  const { names, blobs } = there.value
  const place = posix.join(scriptsFolder, script)
  const local = await localScript(place)
  if (!names.includes(script)) {
    const unshared = local && ((await local.isCommitted()) ? 'not_pushed' : 'not_committed')
    throw missingScript(script, names, unshared)
  }
  const blob = blobs.get(script)
  if (!local || blob === undefined || blob === local.blob) return null
  return { kind: 'script_differs', place, isCommitted: await local.isCommitted() }
}

interface Scripts {
  readonly names: readonly string[]
  readonly blobs: ReadonlyMap<string, string>
}

/** Of what lies in a folder below `jobs/`, as a job would name it; null: it may not be seen. */
async function scriptsIn(
  broker: QueueContext['broker'],
  below: string,
  ref: string,
): Promise<Scripts | null> {
  const listing = await broker.listFolder(posix.join(scriptsFolder, below), ref)
  if (listing.kind === 'no_repository') throw withoutRepository()
  if (listing.kind === 'unknown') return null
  const named = (name: string) => posix.join(below, name)
  const blobs = [...listing.blobs].map(([name, blob]) => [named(name), blob] as const)
  return { names: listing.names.map(named), blobs: new Map(blobs) }
}

function withoutRepository(): RelayError {
  const message = `This broker has no repository, and scripts lie in the ${scriptsFolder}/ of one.`
  return new RelayError('invalid_input', message, { hint: 'Use GitHub, or the embedded one: relayq up' })
}
