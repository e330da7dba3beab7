import { createHash } from 'node:crypto'

/** What a bench printed, and where. */
export interface Recording {
  /** As it is typed: `node bench/hub.ts 10000`. */
  readonly command: string
  readonly date: string
  /** Platform, cores, memory, and the load before it began. */
  readonly machine: string
  readonly node: string
  readonly commit: string
  /** All of its standard output. */
  readonly output: string
}

const members = ['date', 'machine', 'node', 'commit'] as const

export function renderRecording(recording: Recording): string {
  const lines = members.map(name => `${name.padEnd(8)} ${recording[name]}`)
  const sum = `${'sha256'.padEnd(8)} ${sumOf(recording.output)}`
  return `$ ${recording.command}\n${[...lines, sum].join('\n')}\n\n${recording.output}`
}

/** Throws where it is not what `renderRecording` made: figures are recorded, not written. */
export function parseRecording(text: string): Recording {
  const [, command = '', head = '', output = ''] =
    /^\$ (node bench\/[^\n]+)\n(.*?)\n\n(.*)$/s.exec(text) ?? []
  const said = Object.fromEntries(head.split('\n').map(line => [line.slice(0, 8).trim(), line.slice(9)]))
  const missing = [...members, 'sha256'].filter(name => !said[name])
  if (command === '' || missing.length > 0) throw new Error(`it lacks ${missing.join(', ') || 'its command'}`)
  if (said['sha256'] !== sumOf(output)) throw new Error('its output was changed by hand')
  const { date = '', machine = '', node = '', commit = '' } = said
  return { ...{ command, date, machine, node, commit, output } }
}

/** Where the recording of a command lies: bench/recorded/transcribe-memory-5.txt. */
export function recordingFile(bench: string, args: readonly string[]): string {
  const words = [bench, ...args.map(arg => arg.replaceAll(/[^\w.]+/g, '-').replaceAll(/^-|-$/g, ''))]
  return `bench/recorded/${words.join('-')}.txt`
}

function sumOf(output: string): string {
  return createHash('sha256').update(output).digest('hex').slice(0, 16)
}
