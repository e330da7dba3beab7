import type { Millis } from '../base/clock.ts'
import type { Runner, RunnerFacts } from '../model/runner.ts'
import { archs, type Capabilities } from './policy.ts'

/** A thing known of a machine, and who says so. */
interface Known<Value> {
  readonly value: Value
  readonly source: Source
}

type Source =
  | { readonly by: 'label' | 'file' | 'image' }
  /** `isOld`: what it lacked on that day may have been installed since. */
  | { readonly by: 'report'; readonly on: string; readonly isOld: boolean }

/**
 * A machine that was rejected gets no job, so it reports nothing new. After this it is tried again: where a program is
 * still missing that costs one attempt, and the report of it counts anew.
 */
const lackCountsMs = 86_400_000

/** All that is known of one machine; null: unknown. */
export interface Machine {
  /** A runner is known that it is. */
  readonly isRunner: boolean
  readonly memoryGb: Known<number> | null
  readonly cores: number | null
  readonly ffmpeg: Known<boolean> | null
  /** As the policy writes it: x64, arm64, arm, x86. */
  readonly arch: Known<string> | null
  /** Programs and speech engines. */
  readonly tools: Known<readonly string[]> | null
  readonly isMac: boolean
  /** The file's, by kind: seconds of work for one second of media. */
  readonly speed: ReadonlyMap<string, number>
}

/** A GitHub-hosted ubuntu-latest: x64, and nothing else of it is taken for granted. */
export const hostedMachine: Machine = {
  isRunner: false,
  memoryGb: null,
  cores: null,
  ffmpeg: null,
  arch: { value: 'x64', source: { by: 'image' } },
  tools: null,
  isMac: false,
  speed: new Map(),
}

/** What a machine reports of itself wins over the file, and its label ffmpeg over both. Without `now` no report is old. */
export function knowMachine(
  runner: Runner | null,
  facts: RunnerFacts | null,
  file: Capabilities | null,
  now?: Millis,
): Machine {
  const reported = facts ? reportedBy(facts, now) : null
  const hasFfmpeg = byLabel(runner, ['ffmpeg'])
  return {
    isRunner: runner !== null,
    memoryGb: reported?.memoryGb ?? fromFile(file?.memoryGb),
    cores: facts?.cores ?? file?.cores ?? null,
    ffmpeg: hasFfmpeg ? { ...hasFfmpeg, value: true } : (reported?.ffmpeg ?? fromFile(file?.ffmpeg)),
    arch: reported?.arch ?? fromFile(file?.arch) ?? byLabel(runner, archs),
    tools: reported?.tools ?? fromFile(file?.tools),
    isMac: /^(?:macos|darwin)$/i.test(facts?.os ?? runner?.os ?? ''),
    speed: file?.speed ?? new Map(),
  }
}

/** `reported on 2026-01-01`, and the like. */
export function sourceInWords(source: Source): string {
  if (source.by === 'report') return `reported on ${source.on}`
  return { label: 'by its label', file: 'by runner_capabilities', image: 'as ubuntu-latest is' }[source.by]
}

/** The entry for a machine's name, else for one of its labels. */
export function capabilitiesOf(
  machines: ReadonlyMap<string, Capabilities>,
  runner: Runner | null,
  label: string,
): Capabilities | null {
  const names = runner ? [runner.name, ...runner.labels] : [label]
  const found = names.find(name => machines.has(name.toLowerCase()))
  return found === undefined ? null : (machines.get(found.toLowerCase()) ?? null)
}

/** Whether a runner has a label, without regard to case. */
export function bears(runner: Runner, label: string): boolean {
  return runner.labels.some(own => own.toLowerCase() === label.toLowerCase())
}

function reportedBy(
  facts: RunnerFacts,
  now: Millis | undefined,
): Pick<Machine, 'memoryGb' | 'ffmpeg' | 'arch' | 'tools'> {
  const isOld = now !== undefined && now - Date.parse(facts.reportedAt) > lackCountsMs
  const source = { by: 'report' as const, on: facts.reportedAt.slice(0, 10), isOld }
  const known = <Value>(value: Value | undefined) => (value === undefined ? null : { value, source })
  const engines = facts.engines?.map(engine => engine.name) ?? []
  return {
    memoryGb: known(facts.memoryMb === undefined ? undefined : facts.memoryMb / 1_024),
    ffmpeg: known(facts.ffmpeg),
    arch: known(facts.arch === 'ia32' ? 'x86' : facts.arch?.toLowerCase()),
    tools: known(facts.tools && [...facts.tools, ...engines]),
  }
}

function byLabel(runner: Runner | null, names: readonly string[]): Known<string> | null {
  const value = names.find(name => runner && bears(runner, name))
  return value === undefined ? null : { value, source: { by: 'label' } }
}

function fromFile<Value>(value: Value | null | undefined): Known<Value> | null {
  return value == null ? null : { value, source: { by: 'file' } }
}
