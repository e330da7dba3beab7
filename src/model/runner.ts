/** A runner as the broker lists it now. Labels are compared without regard to case, as GitHub does. */
export interface Runner {
  readonly id: number
  readonly name: string
  readonly os: string
  readonly status: 'online' | 'offline'
  readonly busy: boolean
  readonly labels: readonly string[]
}

/** What a machine said about itself, last. Absent members are unknown, not false. */
export interface RunnerFacts {
  /** GitHub's words: x64, arm64, arm. */
  readonly arch?: string
  /** As GitHub lists runners: linux, macos, windows. */
  readonly os?: string
  /** In MiB, as the system counts it: a little less than the machine was sold with. */
  readonly memoryMb?: number
  readonly cores?: number
  readonly ffmpeg?: boolean
  /** Programs of interest that are installed, by their usual names: ffmpeg, yt-dlp, whisper-cli. */
  readonly tools?: readonly string[]
  /** Speech engines that are installed, each with the models that are there. */
  readonly engines?: readonly { readonly name: string; readonly models: readonly string[] }[]
  /** Folders whose files jobs may name. */
  readonly inputRoots?: readonly string[]
  /** Of the folder jobs work in. */
  readonly freeDiskMb?: number
  /** ISO 8601: when it was said. */
  readonly reportedAt: string
}

/** The runners of one repository as seen at one moment, with what each last reported. */
export interface Fleet {
  readonly runners: readonly Runner[]
  readonly facts: ReadonlyMap<string, RunnerFacts>
}
