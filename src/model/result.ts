import type { Cost } from './cost.ts'
import type { Finding } from './finding.ts'
import type { RunnerFacts } from './runner.ts'

/** `result.json`: what a job leaves beside its files, in the artifact named `result`. Versioned; readers ignore what they do not know. */
export interface JobResult {
  readonly schema: 'relayq.result/1'
  readonly kind: string
  /** The attempt's id, or '' for a plain dispatch. */
  readonly relayqId: string
  readonly status: 'succeeded' | 'failed'
  /** Set when failed. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null
  /** File names beside result.json, by format ({"txt": "transcript.txt"}), or by themselves where a kind has no formats. */
  readonly files: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  /** Where the result may be wrong, or is of note; of a failed job too, when that is why it failed. */
  readonly doubts: readonly Finding[]
  readonly runner: { readonly name: string } & Omit<RunnerFacts, 'reportedAt'>
  /** Where the media came from, an address without its query, and the feed or page that named it. null: it was not fetched. */
  readonly source?: {
    readonly url: string
    readonly foundOn: { readonly url: string; readonly title: string | null } | null
  } | null
  readonly media: { readonly durationSeconds: number; readonly bytes: number } | null
  readonly engine: { readonly name: string; readonly model: string | null } | null
  /** The engines that were thought of, in their order, and what became of each. */
  readonly engines: readonly EngineTrial[]
  /** What services took, also of a job that failed. */
  readonly costs: readonly Cost[]
  /** `workSeconds`: of the work itself, from the end of the download; against the media's duration it is a machine's speed. */
  readonly timing: { readonly workSeconds: number } | null
  readonly startedAt: string
  readonly finishedAt: string
}

export interface EngineTrial {
  readonly name: string
  /** skipped: it was not begun with. failed: the next one took over. */
  readonly outcome: 'used' | 'skipped' | 'failed'
  /** One clause; null for one that was used. */
  readonly reason: string | null
}

/** The artifact every RelayQ workflow uploads its result under. */
export const resultArtifactName = 'result'
