/** A runner as the broker lists it now. Labels are compared without regard to case, as GitHub does. */
export interface Runner {
  readonly id: number
  readonly name: string
  readonly os: string
  readonly status: 'online' | 'offline'
  readonly busy: boolean
  readonly labels: readonly string[]
}

/** What a machine said about itself in its last result. Absent members are unknown, not false. */
export interface RunnerFacts {
  readonly ffmpeg?: boolean
  readonly memoryMb?: number
  readonly cores?: number
  /** ISO 8601: when it was said. */
  readonly reportedAt: string
}

/** The runners of one repository as seen at one moment, with what each last reported. */
export interface Fleet {
  readonly runners: readonly Runner[]
  readonly facts: ReadonlyMap<string, RunnerFacts>
}
