import { hostname } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import { LegacyWorker } from '../../../legacy/worker.ts'
import { command } from '../../command.ts'
import { endOfInput } from '../../end-of-input.ts'
import { lightHeap, mainPath } from '../../fleet/program.ts'
import { parseRunnerSpecs, type RunnerSpec } from '../../fleet/runner-spec.ts'
import { parseWhole } from '../../option-values.ts'

export interface WorkerOptions {
  readonly runner: RunnerSpec
  readonly leaseSeconds: number
  readonly graceSeconds: number
  /** For a keeper: the end of its process, a kill too, ends this one. */
  readonly endsWithInput: boolean
}

/** As GitHub lists runners. */
const systems: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' }

/** One machine of the legacy Redis queue. Several may run on one machine, each by its own name. */
export const worker = command<WorkerOptions>({
  define: command => {
    command
      .option('--name <name>', 'what it is called (default: the name of this machine)', hostname())
      .option('--labels <labels>', 'which jobs it takes, such as macmini,audio,ffmpeg,heavy', 'audio')
      .option('--lease <seconds>', 'how long it may be silent before its job is given to another', '30')
      .option('--grace <seconds>', 'how long a job may go on after the worker was told to stop', '10')
      .addOption(new Option('--ends-with-input', 'end when standard input does').hideHelp())
  },
  parse: (_, flags) => {
    const [runner] = parseRunnerSpecs([`${String(flags['name'])}=${String(flags['labels'])}`])
    return {
      runner: runner ?? { name: hostname(), labels: [] },
      leaseSeconds: parseWhole('--lease', flags['lease'], 1, 86_400),
      graceSeconds: parseWhole('--grace', flags['grace'], 0, 86_400),
      endsWithInput: flags['endsWithInput'] === true,
    }
  },
  run: async ({ runner, leaseSeconds, graceSeconds, endsWithInput }, context) => {
    const { redis, paths } = await context.relayq()
    const worker = await LegacyWorker.open({
      place: redis,
      ...{ name: runner.name, labels: runner.labels, os: systems[process.platform] ?? 'linux' },
      ...{ leaseMs: leaseSeconds * 1000, graceMs: graceSeconds * 1000 },
      program: { file: process.execPath, args: [...lightHeap, mainPath] },
      passEnv: passedOn(context.env, { config: paths.config, cache: paths.cache }),
      env: context.env,
      workFolder: join(paths.state, 'legacy', runner.name),
      say: context.say,
    })
    const signals = [context.interrupted(), ...(endsWithInput ? [endOfInput(context)] : [])]
    try {
      await worker.run(AbortSignal.any(signals))
      return 0
    } finally {
      if (endsWithInput) context.streams.in.destroy()
    }
  },
})

/** Where jobs find this machine's settings, models and compiled code. */
function passedOn(
  env: NodeJS.ProcessEnv,
  folders: { readonly config: string; readonly cache: string },
): Readonly<Record<string, string>> {
  const compiled = env['NODE_COMPILE_CACHE']
  return {
    RELAYQ_CONFIG_HOME: folders.config,
    RELAYQ_CACHE_HOME: folders.cache,
    ...(compiled ? { NODE_COMPILE_CACHE: compiled } : {}),
  }
}
