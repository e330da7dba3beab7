import { RelayError } from '../../base/errors.ts'
import { type HubFile, isKept, isRedisFleet, readHubFile, redisWord } from '../../config/hub-file.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { describeHub, hubVariables } from '../fleet/describe-hub.ts'
import { isKeeper, keepForStarter, startKeeper, tellStarter } from '../fleet/detached.ts'
import { keepFleet } from '../fleet/keep-fleet.ts'
import { keepRedisFleet } from '../fleet/keep-redis-fleet.ts'
import { defaultRunners, parseRunnerSpecs, type RunnerSpec } from '../fleet/runner-spec.ts'
import { addPlaceOptions, type HubPlace, parsePlace, placeOf } from '../hub-place.ts'
import { choiceOption, collect, parseWhole } from '../option-values.ts'

export interface UpOptions extends HubPlace {
  /** Legacy: workers on a Redis that is there already, instead of the embedded GitHub. */
  readonly onRedis: boolean
  readonly runners: readonly RunnerSpec[]
  readonly host: string
  /** null: the one it had before, else any free port. */
  readonly port: number | null
  readonly leaseSeconds: number
  readonly latencyMs: number
  readonly actions: 'offline' | 'network'
  readonly supervise: boolean
  readonly detach: boolean
  readonly env: boolean
}

/** Starts the embedded GitHub and its runners; in the foreground until Ctrl-C, or in the background. */
export const up = command<UpOptions>({
  define: command => {
    addPlaceOptions(command)
    command
      .option(
        '--runner <name=labels>',
        'a runner and its labels, repeatable (default: macmini, rpi4, rpi3)',
        collect,
      )
      .option('--broker <name>', 'redis: workers on the Redis at RELAYQ_REDIS_URL, and no embedded GitHub')
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--port <number>', 'port to listen on (default: as last time, or any free one)')
      .option('--lease <seconds>', 'how long a runner may be silent before its job is lost', '30')
      .option('--latency <ms>', 'delay every REST answer, to feel like a distant GitHub', '0')
      .addOption(
        choiceOption('--actions <source>', 'network: fetch actions from GitHub', [
          'offline',
          'network',
        ]).default('offline'),
      )
      .option('--no-supervise', 'let no supervisor send, move and retry jobs')
      .option('-d, --detach', 'leave it running in the background')
      .option('--env', 'print the variables that point gh and others at the running hub')
  },
  parse: (_, flags) => ({
    ...parsePlace(flags),
    onRedis: parseBroker(flags['broker']),
    runners: Array.isArray(flags['runner']) ? parseRunnerSpecs(flags['runner'].map(String)) : defaultRunners,
    host: String(flags['host']),
    port: flags['port'] === undefined ? null : parseWhole('--port', flags['port'], 0, 65_535),
    leaseSeconds: parseWhole('--lease', flags['lease'], 1, 86_400),
    latencyMs: parseWhole('--latency', flags['latency'], 0, 60_000),
    actions: parseActions(flags['actions']),
    supervise: flags['supervise'] !== false,
    detach: flags['detach'] === true,
    env: flags['env'] === true,
  }),
  run: async (options, context) => {
    const place = await placeOf(options, context)
    const found = readHubFile(place.stateDir)
    const running = found && isKept(found) ? found : null
    if (options.env) {
      context.streams.out.write(hubVariables(requireRunning(running)))
      return 0
    }
    if (running) {
      context.say(
        isAsked(options, running)
          ? 'already running'
          : 'already running, and left as it is; to start it otherwise: relayq down first',
      )
      return show(running, context)
    }
    const wanted = { ...options, ...place }
    const keep = options.onRedis ? keepRedisFleet : keepFleet
    if (isKeeper(context)) return keepForStarter(() => keep(wanted, context, tellStarter))
    if (options.detach) return show(await startKeeper(place.stateDir, context), context)
    return keep(wanted, context, hub => void show(hub, context))
  },
})

function show(hub: HubFile, context: Context): number {
  context.streams.out.write(describeHub(hub))
  return 0
}

/** Whether what runs already has the broker, the port and the runners that were asked for, if any were. */
function isAsked({ onRedis, port, runners }: UpOptions, hub: HubFile): boolean {
  if (onRedis !== isRedisFleet(hub)) return false
  const describe = (specs: readonly RunnerSpec[]) =>
    specs.map(({ name, labels }) => `${name}=${labels.join(',')}`).join(' ')
  const samePort = port === null || port === Number(new URL(hub.url).port)
  return samePort && (runners === defaultRunners || describe(runners) === describe(hub.runners))
}

function requireRunning(hub: HubFile | null): HubFile {
  if (hub) return hub
  throw new RelayError('no_broker', 'No hub is running here.', { hint: 'Start it with: relayq up --detach' })
}

function parseBroker(name: unknown): boolean {
  if (name === undefined || name === redisWord) return name === redisWord
  throw new RelayError('usage', `--broker cannot be "${String(name)}".`, {
    hint: 'Give redis, or leave it out for the embedded GitHub. Other brokers need no relayq up.',
  })
}

function parseActions(source: unknown): 'offline' | 'network' {
  if (source === 'offline' || source === 'network') return source
  throw new RelayError('usage', `--actions cannot be "${String(source)}".`, {
    hint: 'Give offline or network.',
  })
}
