import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { asError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import { oneLine } from '../base/one-line.ts'
import { parseWorkflow } from '../workflow/parse.ts'
import { createApp } from './app.ts'
import { createAuthenticator, type Identity } from './auth.ts'
import type { HubContext } from './context.ts'
import { FaultSwitches } from './faults/fault-switches.ts'
import { SignedLinks } from './links.ts'
import { listen } from './listen.ts'
import { loginPath } from './pages/session.ts'
import { RateLimits } from './rate-limits.ts'
import { readRegistrationToken } from './registration-token.ts'
import { openRepository } from './repository/open-repository.ts'
import { WorkflowCatalog } from './repository/workflow-catalog.ts'
import { readDeprecation } from './runner-deprecations.ts'
import { RunnerPackages } from './runner-packages.ts'
import { type HubUrls, type OpenedEngine, openEngine } from './scheduler/engine.ts'
import { openSigner, type Signer } from './signing.ts'
import { hubUrls } from './urls.ts'
import { exposureWarning, uncommittedWarning } from './warnings.ts'

export interface HubOptions {
  /** Database, blobs and keys; private to the owner. */
  readonly stateDir: string
  /** The git checkout whose workflows are served. */
  readonly repositoryPath: string
  /** 127.0.0.1, unless the owner named another. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The owner's token: everything is allowed to it. */
  readonly token: string
  /** How long a runner may be silent before its job counts as lost. */
  readonly leaseSeconds: number
  /** Added to every REST answer: the fault `latency`, switched on from the start. */
  readonly latencyMs: number
  /** Where machines elsewhere reach the hub, when that is not its own address. */
  readonly publicUrl?: string
}

export interface RunningHub {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** `http://127.0.0.1:PORT/api/v3` */
  readonly apiUrl: string
  /** `http://github.localhost:PORT` */
  readonly serverUrl: string
  readonly instanceId: string
  readonly repository: { readonly owner: string; readonly name: string }
  readonly defaultBranch: string
  readonly warnings: readonly string[]
  /** Opens the pages in a browser: sets their cookie. It holds a code, never the token. */
  readonly loginUrl: string
  /** What goes wrong on purpose, for tests in the hub's own process; others ask for `/relayq/faults`. */
  readonly faults: FaultSwitches
  close(): Promise<void>
}

const tickMillis = 1000

/** Starts the embedded GitHub. Throws RelayError `port_in_use`, or what the repository or the store complains of. */
export async function startHub(options: HubOptions): Promise<RunningHub> {
  await using resources = new AsyncDisposableStack()
  // Known once the hub listens; nothing asks for an address before.
  const listening = { port: options.port }
  const hub = await openHub(options, resources, () => hubUrls(options, listening.port))
  const server = await serve(hub, options)
  resources.defer(() => closeServer(server))
  listening.port = (server.address() as AddressInfo).port

  const ticking = setInterval(() => tick(hub), tickMillis).unref()
  resources.defer(() => clearInterval(ticking))
  const announced = await describe(hub, hubUrls({ host: options.host }, listening.port), options.host)
  const running = resources.move()
  return { ...announced, faults: hub.faults, close: () => running.disposeAsync() }
}

/** Opens what a hub works with, without a socket; `resources` closes it in reverse. */
export async function openHub(
  options: HubOptions,
  resources: AsyncDisposableStack,
  urls: () => HubUrls,
): Promise<HubContext> {
  const repository = await openRepository(options.repositoryPath)
  resources.defer(() => repository.close())
  const { stateDir, leaseSeconds } = options
  const engine = openEngine({ stateDir, clock: Date.now, leaseSeconds, urls, repository })
  resources.defer(() => engine.close())
  const signer = openSigner(stateDir)
  const log = (line: string): void => void process.stderr.write(`${oneLine(line)}\n`)
  const faults = openFaults(options.latencyMs, engine, log)
  return {
    repository,
    engine,
    signer,
    runnerPackages: new RunnerPackages(join(stateDir, 'runner-packages')),
    deprecationOf: version => readDeprecation(join(stateDir, 'runner-deprecations.json'), version),
    urls,
    instanceId: randomId(),
    catalog: new WorkflowCatalog(repository, parseWorkflow),
    authenticator: createAuthenticator(options.token, token => identify(engine, signer, token)),
    links: new SignedLinks(signer),
    rateLimits: new RateLimits(Date.now, () => faults.primaryLimit),
    clock: Date.now,
    faults,
    log,
  }
}

function openFaults(
  latencyMs: number,
  { reader }: Pick<OpenedEngine, 'reader'>,
  log: (line: string) => void,
): FaultSwitches {
  const newestRunId = (): number => reader.listRuns({}, { page: 1, perPage: 1 }).items[0]?.id ?? 0
  const faults = new FaultSwitches({ clock: Date.now, log, newestRunId })
  if (latencyMs > 0) faults.set([{ kind: 'latency', delay_ms: latencyMs }])
  return faults
}

/** By their prefixes at most one of these knows a token. */
function identify(engine: OpenedEngine, signer: Signer, token: string): Identity | null {
  const job = engine.authenticateJobToken(token)
  if (job) return { kind: 'job', job }
  const purpose = readRegistrationToken(signer, token, Date.now())
  return purpose ? { kind: 'registration', purpose } : engine.apiTokens.identify(token)
}

async function serve(hub: HubContext, { host, port, publicUrl }: HubOptions): Promise<Server> {
  const names = publicUrl === undefined ? [] : [new URL(publicUrl).hostname]
  return await listen({ host, port, names, fetch: createApp(hub).fetch })
}

/** Long polls would keep a server open for ever: their connections are cut. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

async function describe(
  hub: HubContext,
  urls: HubUrls,
  host: string,
): Promise<Omit<RunningHub, 'close' | 'faults'>> {
  const { repository, instanceId } = hub
  const warnings = [exposureWarning(host), uncommittedWarning(await repository.uncommittedWorkflows())]
  return {
    url: urls.base,
    apiUrl: urls.api,
    serverUrl: urls.server,
    instanceId,
    repository: { owner: repository.owner, name: repository.name },
    defaultBranch: repository.defaultBranch,
    warnings: warnings.filter(warning => warning !== null),
    loginUrl: `${urls.server}${loginPath(hub)}`,
  }
}

/** One bad tick must not end the hub: what it missed is found again by the next. */
function tick(hub: HubContext): void {
  try {
    hub.engine.tick()
  } catch (thrown) {
    hub.log(`the scheduler failed: ${asError(thrown).message}`)
  }
}
