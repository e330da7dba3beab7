import { RelayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { checkInputs } from '../../model/inputs.ts'
import { findKind, type KindName, mediaFormats } from '../../model/kinds.ts'

/** What an old message asks for. */
export interface LegacyTask {
  /** `relayq.transcribe_audio`, or a kind of today's. */
  readonly name: string
  readonly args: readonly unknown[]
  readonly kwargs: JsonObject
}

export type MappedTask =
  | {
      readonly kind: 'mapped'
      readonly job: string
      readonly inputs: Readonly<Record<string, string>>
      /** A runner or label that the message named. */
      readonly pin: string | null
    }
  | { readonly kind: 'unmapped'; readonly reason: string }

/** How the original Python version named its machines in `routing_key`. */
const machines: ReadonlyMap<string, string> = new Map([
  ['mac-mini', 'macmini'],
  ['rpi4-worker', 'rpi4'],
])

/** How a task of old that has another name today becomes a job. `scripts`: those of the repository's jobs/. */
const oldTasks: ReadonlyMap<string, (call: Call, scripts: readonly string[]) => MappedTask> = new Map([
  ['transcribe_audio', mapTranscription],
  ['transcode_video', mapTranscoding],
  ['run_command', mapCommand],
])

interface Call {
  readonly args: readonly unknown[]
  readonly kwargs: JsonObject
  readonly pin: string | null
}

/** Of a name that is RelayQ's: which task it means. null: another program's. */
export function ownTask(name: string): string | null {
  const task = name.replace(/^relayq\.(tasks\.)?/, '')
  return oldTasks.has(task) || findKind(task) ? task : null
}

/** The job of today that does what a task of old did. Pure. */
export function mapTask({ name, args, kwargs }: LegacyTask, scripts: readonly string[]): MappedTask {
  const task = ownTask(name)
  if (task === null) return unmapped(`${JSON.stringify(name.slice(0, 80))} is no task of RelayQ`)
  const { routing_key: machine, ...others } = kwargs
  const pin = typeof machine === 'string' ? (machines.get(machine) ?? machine) : null
  const map = oldTasks.get(task)
  return map ? map({ args, kwargs: others, pin }, scripts) : checked(task, others, pin)
}

/** `transcribe_audio(audio_file, model="base")`: a path on the machine that worked. */
function mapTranscription({ args, kwargs, pin }: Call): MappedTask {
  const { audio_file: named, model: namedModel, ...unknown } = kwargs
  const [file = named, model = namedModel ?? 'base', ...rest] = args
  const strange = Object.keys(unknown)[0] ?? (rest.length > 0 ? 'a third' : null)
  if (strange !== null) return unmapped(`transcribe_audio knows no argument ${JSON.stringify(strange)}`)
  if (typeof file !== 'string' || file === '') return unmapped('it names no audio_file')
  return checkedWithSource('transcribe', file, { model }, pin)
}

/**
 * `transcode_video(input_file, output_file, options=None)`: both on the machine that worked. Of the output only the form counts
 * today. What `options` meant is known to nobody but its program, so a task with some is not guessed at.
 */
function mapTranscoding({ args, kwargs, pin }: Call): MappedTask {
  const { input_file: namedInput, output_file: namedOutput, options: namedOptions, ...unknown } = kwargs
  const [input = namedInput, output = namedOutput, options = namedOptions ?? null, ...rest] = args
  const strange = Object.keys(unknown)[0] ?? (rest.length > 0 ? 'a fourth' : null)
  if (strange !== null) return unmapped(`transcode_video knows no argument ${JSON.stringify(strange)}`)
  if (typeof input !== 'string' || input === '') return unmapped('it names no input_file')
  if (typeof output !== 'string' || output === '') return unmapped('it names no output_file')
  if (!isNothing(options)) {
    return unmapped(`its options ${JSON.stringify(options).slice(0, 80)} have no counterpart`)
  }
  const extension = /\.(\w{1,8})$/.exec(output)?.[1]?.toLowerCase() ?? ''
  const format = mediaFormats.find(known => known === extension)
  if (format) return checkedWithSource('transcode', input, { format }, pin)
  return unmapped(`${JSON.stringify(output.slice(-80))} is none of ${mediaFormats.join(', ')}`)
}

function isNothing(options: unknown): boolean {
  return options === null || (typeof options === 'object' && Object.keys(options).length === 0)
}

/** An address, or a path on the machine that worked. */
function checkedWithSource(
  kind: KindName,
  source: string,
  others: Readonly<Record<string, unknown>>,
  pin: string | null,
): MappedTask {
  if (/^https?:/i.test(source)) return checked(kind, { url: source, ...others }, pin)
  if (source.startsWith('/')) return checked(kind, { path: source, ...others }, pin)
  return unmapped(`${JSON.stringify(source.slice(0, 80))} is below a folder that nobody knows any more`)
}

/** `run_command(command, cwd=None)`: a line for the shell of the machine that worked. */
function mapCommand({ args, kwargs, pin }: Call, scripts: readonly string[]): MappedTask {
  const { command: named, cwd: namedFolder, ...unknown } = kwargs
  const [command = named, cwd = namedFolder ?? null, ...rest] = args
  const strange = Object.keys(unknown)[0] ?? (rest.length > 0 ? 'a third' : null)
  if (strange !== null) return unmapped(`run_command knows no argument ${JSON.stringify(strange)}`)
  if (typeof command !== 'string' || command.trim() === '') return unmapped('it names no command')
  if (cwd !== null && cwd !== '') {
    return unmapped(`it runs in the folder ${quoted(cwd)}: ${asScript}, which goes there itself`)
  }
  const words = plainWords(command)
  if (words === null) return unmapped(`${quoted(command)} takes a shell: ${asScript}`)
  const [program = '', ...given] = words
  const script = scriptOf(program, scripts)
  if (script === null) return unmapped(`${quoted(program)} is no script of jobs/: ${asScript}`)
  return checked('command', { script, args: given.length > 0 ? JSON.stringify(given) : '' }, pin)
}

const asScript = 'put the command into jobs/ as a script, and submit that'

/** The words of a command that a shell would take as they are; null: it would do more. */
function plainWords(command: string): readonly string[] | null {
  return /^[\p{L}\p{N}_@%+=:,./ \t-]+$/u.test(command) ? command.trim().split(/[ \t]+/) : null
}

/** `jobs/x.sh` says itself what it is, `x.sh` only where there is such a script. */
function scriptOf(program: string, scripts: readonly string[]): string | null {
  const below = /^(?:\.\/)?jobs\/(.+)$/.exec(program)?.[1]
  return below ?? (scripts.includes(program) ? program : null)
}

function quoted(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 80))
}

/** The kind's own table has the last word. */
function checked(kind: string, values: Readonly<Record<string, unknown>>, pin: string | null): MappedTask {
  const spec = findKind(kind)
  if (!spec) return unmapped(`there is no kind of job ${JSON.stringify(kind)}`)
  const odd = Object.entries(values).find(([, value]) => typeof value === 'object' && value !== null)
  if (odd) return unmapped(`its ${odd[0]} is no text`)
  const texts = Object.entries(values).map(([name, value]) => [name, String(value ?? '')] as const)
  try {
    return { kind: 'mapped', job: kind, inputs: checkInputs(spec, Object.fromEntries(texts)), pin }
  } catch (thrown) {
    if (thrown instanceof RelayError) return unmapped(thrown.message)
    throw thrown
  }
}

function unmapped(reason: string): MappedTask {
  return { kind: 'unmapped', reason }
}
