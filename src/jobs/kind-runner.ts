import type { Progress } from '../model/progress.ts'
import type { EngineTrial, JobResult } from '../model/result.ts'
import type { Purse } from '../speech/purse.ts'
import type { JobContext } from './context.ts'
import type { FetchRelayed } from './fetch-relayed.ts'

/** One run of one job, as the code of its kind sees it. */
export interface JobWork {
  readonly context: JobContext
  /** Checked against the kind's input table; '' for one that was not given. */
  readonly inputs: Readonly<Record<string, string>>
  /** Empty, private, removed afterwards. */
  readonly workFolder: string
  /** What is written here is published, all of it or, on failure, none. */
  readonly resultFolder: string
  readonly fetchRelayed: FetchRelayed
  /** A plain line of the log. */
  readonly log: (line: string) => void
  /** Rate-limited by the receiver: call it as often as there is news. */
  readonly progress: (progress: Progress) => void
  /** What became of an engine that was thought of; it stands in the result, also of a job that fails. */
  readonly onEngine: (trial: EngineTrial) => void
  /** Whoever costs money asks it first. */
  readonly purse: Purse
}

/** What a job leaves beside its files. */
export interface JobProduct
  extends Pick<JobResult, 'files' | 'warnings' | 'doubts' | 'source' | 'media' | 'engine' | 'timing'> {
  /** Outputs of the step beside `dir` and `result`, for later steps, each a line. */
  readonly outputs: Readonly<Record<string, string>>
  /** Markdown for the step summary, to which the engines that were tried and the costs are added. */
  readonly summary: string
}

export type KindRunner = (work: JobWork) => Promise<JobProduct>
