/** How a job tells those who watch it how far it is: one log line, readable by people and by `relayq watch`. */
export interface Progress {
  /** 0 to 100. */
  readonly percent: number
  /** Seconds of media done and in all; null where the kind has no duration. */
  readonly doneSeconds: number | null
  readonly totalSeconds: number | null
}

const pattern = /^relayq: progress (\d{1,3})%(?: \(([\d.]+) s of ([\d.]+) s\))?$/

export function formatProgress(progress: Progress): string {
  const percent = Math.max(0, Math.min(100, Math.round(progress.percent)))
  const seconds =
    progress.doneSeconds === null || progress.totalSeconds === null
      ? ''
      : ` (${progress.doneSeconds.toFixed(1)} s of ${progress.totalSeconds.toFixed(1)} s)`
  return `relayq: progress ${percent}%${seconds}`
}

/** The progress a log line carries (without its timestamp), or null. */
export function parseProgress(line: string): Progress | null {
  const match = pattern.exec(line.trim())
  if (!match) return null
  const [, percent, done, total] = match
  return {
    percent: Number(percent),
    doneSeconds: done === undefined ? null : Number(done),
    totalSeconds: total === undefined ? null : Number(total),
  }
}
