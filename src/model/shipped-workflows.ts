import type { KindName } from './kinds.ts'

/** A workflow that RelayQ brings, below `.github/workflows/`. It is `relayq run-job KIND` on certain labels. */
export interface ShippedWorkflow {
  readonly file: string
  /** What its page and its runs are called. '': its runs are called as the kind of their job. */
  readonly name: string
  /** null: the input `kind` says, and `inputs` holds the kind's own as one JSON object. */
  readonly kind: KindName | null
  /** Where the input `runs_on` is empty. */
  readonly runsOn: readonly string[]
}

/**
 * The single table of them: `relayq init` brings these, doctor compares with these, and Redis mode, which has no repository,
 * knows these. A test compares it with the files.
 */
export const shippedWorkflows: readonly ShippedWorkflow[] = [
  workflow('transcribe_audio.yml', 'Transcribe audio', 'transcribe', 'audio'),
  workflow('transcribe_mac.yml', 'Transcribe audio on the Mac', 'transcribe', 'macmini'),
  workflow('transcribe_rpi.yml', 'Transcribe audio on the Raspberry Pi 4', 'transcribe', 'rpi4'),
  workflow('transcode_media.yml', 'Transcode audio or video', 'transcode', 'audio'),
  workflow('thumbnail_media.yml', 'Take a picture', 'thumbnail', 'audio'),
  workflow('run_command.yml', 'Run a script', 'command'),
  workflow('job.yml', '', null),
]

function workflow(
  file: string,
  name: string,
  kind: KindName | null,
  ...labels: readonly string[]
): ShippedWorkflow {
  return { file, name, kind, runsOn: ['self-hosted', ...labels] }
}
