/** What of a runner may be thrown away: it is made again when it is needed. */
export type Waste = 'old_versions' | 'diag' | 'work' | 'tool_cache'

/** One thing that keeping does. `why`: half a sentence for people. */
export type Action =
  | { readonly kind: 'wipe'; readonly runner: string; readonly waste: Waste; readonly why: string }
  | {
      readonly kind: 'update' | 'register' | 'start' | 'restart' | 'drain' | 'resume' | 'stop'
      readonly runner: string
      readonly why: string
    }

const waste: Readonly<Record<Waste, string>> = {
  old_versions: 'older versions of the runner',
  diag: 'old logs of the runner',
  work: 'what jobs have left behind',
  tool_cache: 'tools that jobs have fetched',
}

const verbs = {
  update: 'update',
  register: 'register anew',
  start: 'start',
  restart: 'restart',
  drain: 'drain',
  resume: 'resume',
  stop: 'stop',
} as const

/** One line: "rpi4: restart, since GitHub has not seen it for 2 hours". */
export function describeAction(action: Action): string {
  const what = action.kind === 'wipe' ? `wipe ${waste[action.waste]}` : verbs[action.kind]
  return `${action.runner}: ${what}, since ${action.why}`
}
