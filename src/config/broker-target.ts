import { RelayError } from '../base/errors.ts'
import type { GitRemote } from './git-remote.ts'
import { type HubFile, isKept, isRedisFleet } from './hub-file.ts'
import type { KeptQueue } from './kept-queues.ts'
import type { Config } from './load.ts'
import { apiUrlOfHost, normalizeApiUrl, parseRepositoryName, type RepositoryName } from './repository-name.ts'
import type { SettingName } from './settings.ts'

/** A repository at a server, and by which of the user's words it was chosen. */
export interface BrokerTarget {
  readonly apiUrl: string
  /** "github.com" */
  readonly host: string
  readonly owner: string
  readonly repo: string
  /** null: the broker has to be asked. */
  readonly defaultBranch: string | null
  /** For people: "octo/queue at github.com". */
  readonly description: string
  /** For people: what decided it. */
  readonly origin: string
  /** Set when it is the hub of this checkout: who must answer there. */
  readonly hub: HubFile | null
  /** Whether the server is the user's choice, and not that of a checkout. */
  readonly inUsersWords: boolean
  /** The one token that goes with these words; null: see tokenOrigins. */
  readonly ownToken: { readonly value: string; readonly origin: string } | null
  /** What to do where there is no token. */
  readonly tokenHint: string
}

/** What the choice may ask for; nothing is asked that a stronger word has settled. */
export interface BrokerSources {
  readonly config: Config
  readonly hub: () => HubFile | null
  /** Where a hub in the background says what it does; null where there is no such file. */
  readonly hubLog: () => string | null
  /** What `relayq init` set up last; null: it has never run here. */
  readonly kept: () => KeptQueue | null
  /** The token that `relayq init` keeps for exactly this queue; null: none. */
  readonly keptToken: (queue: Pick<KeptQueue, 'apiUrl' | 'owner' | 'repo'>) => Promise<string | null>
  readonly gitRemote: () => Promise<GitRemote | null>
  readonly ghToken: (host: string) => Promise<string | null>
}

/**
 * Flags, then RELAYQ_API_URL and GH_REPO, then relayq.yaml, then a live hub of this checkout, then the queue that
 * `relayq init` set up last, then the git remote of the checkout.
 * GH_TOKEN by itself chooses nothing: it is a credential that many shells carry for other ends. A repository named
 * without an address is GitHub's, unless it is the live hub's own and no token for GitHub is set. Throws `no_broker`.
 */
export async function chooseTarget(sources: BrokerSources): Promise<BrokerTarget> {
  const { config } = sources
  const repository = config.get('GH_REPO')
  const named = repository === null ? null : parseRepositoryName(repository)
  const hub = liveHub(sources)
  const address = config.get('RELAYQ_API_URL')
  if (address !== null) return atAddress(normalizeApiUrl(address), named, hub, sources)
  const hasToken = config.get('GH_TOKEN') !== null || config.get('GITHUB_TOKEN') !== null
  if (hub && (named === null || (isRepositoryOf(hub, named) && !hasToken))) return atHub(hub)
  if (named) {
    const repository = { ...named, host: named.host ?? 'github.com', defaultBranch: null }
    return atHost(repository, originOf(config, 'GH_REPO'), isUsersWord(config, 'GH_REPO'))
  }
  const kept = sources.kept()
  if (kept) return atKept(kept)
  const remote = await sources.gitRemote()
  if (remote) return atHost(remote, 'the git remote of this checkout', false)
  throw noBroker(sources)
}

/** A hub that left its hub.json behind was not stopped: it was killed, or could not be kept. */
function noBroker({ hub, hubLog }: BrokerSources): RelayError {
  const message = hub()
    ? 'The hub of this checkout has ended by itself.'
    : 'There is no broker to send jobs to.'
  const log = hub() ? hubLog() : null
  const lookThere = log === null ? '' : `Its log is ${log}. `
  return new RelayError('no_broker', message, {
    hint: `${lookThere}Start one here with: relayq up. Or use GitHub: relayq init; gh auth login in a clone; or set GH_TOKEN and GH_REPO=OWNER/REPO.`,
  })
}

async function atAddress(
  apiUrl: string,
  named: RepositoryName | null,
  hub: HubFile | null,
  sources: BrokerSources,
): Promise<BrokerTarget> {
  const { config } = sources
  const given = config.get('RELAYQ_TOKEN')
  const givenToken = given === null ? null : { value: given, origin: 'RELAYQ_TOKEN' }
  const origin = originOf(config, 'RELAYQ_API_URL')
  if (hub && isApiOf(hub, apiUrl) && (named === null || isRepositoryOf(hub, named))) {
    const target = atHub(hub)
    return { ...target, origin, ownToken: givenToken ?? target.ownToken }
  }
  const kept = sources.kept()
  const repository = named ?? (kept?.apiUrl === apiUrl ? kept : await sources.gitRemote())
  if (repository === null) {
    throw new RelayError('no_broker', `No repository is named for the broker ${apiUrl}.`, {
      hint: 'Add --repo OWNER/REPO or set GH_REPO.',
    })
  }
  const inUsersWords = isUsersWord(config, 'RELAYQ_API_URL')
  const tokenHint = `Set RELAYQ_API_URL=${apiUrl} and RELAYQ_TOKEN to a token it accepts.`
  const target = targetOf({ apiUrl, repository, defaultBranch: null, origin, inUsersWords, tokenHint })
  return { ...target, ownToken: inUsersWords ? givenToken : null }
}

function atHost(repository: GitRemote, origin: string, inUsersWords: boolean): BrokerTarget {
  const { host, defaultBranch } = repository
  const apiUrl = apiUrlOfHost(host)
  const tokenHint = 'Run: gh auth login, or set GH_TOKEN. To try without GitHub: relayq up'
  return { ...targetOf({ apiUrl, repository, defaultBranch, origin, inUsersWords, tokenHint }), host }
}

function atKept({ apiUrl, owner, repo }: KeptQueue): BrokerTarget {
  const repository = { owner, repo }
  const tokenHint = `Keep one anew: relayq init ${owner}/${repo}`
  const origin = 'relayq init'
  return targetOf({ apiUrl, repository, defaultBranch: null, origin, inUsersWords: true, tokenHint })
}

function atHub(hub: HubFile): BrokerTarget {
  const { owner, name: repo } = hub.repository
  const { apiUrl, defaultBranch, token } = hub
  const origin = 'the live hub of this checkout'
  return {
    ...targetOf({
      apiUrl,
      repository: { owner, repo },
      defaultBranch,
      origin,
      inUsersWords: true,
      tokenHint: '',
    }),
    description: `${owner}/${repo} at the hub ${hub.url}`,
    hub,
    ownToken: { value: token, origin },
  }
}

function targetOf(
  parts: Pick<BrokerTarget, 'apiUrl' | 'defaultBranch' | 'origin' | 'inUsersWords' | 'tokenHint'> & {
    readonly repository: Pick<RepositoryName, 'owner' | 'repo'>
  },
): BrokerTarget {
  const { repository, ...rest } = parts
  const { owner, repo } = repository
  const host = hostOfApi(parts.apiUrl)
  return { ...rest, host, owner, repo, description: `${owner}/${repo} at ${host}`, hub: null, ownToken: null }
}

function isUsersWord(config: Config, name: SettingName): boolean {
  return config.layerOf(name) !== 'repository'
}

function liveHub(sources: BrokerSources): HubFile | null {
  const hub = sources.hub()
  return hub && isKept(hub) && !isRedisFleet(hub) ? hub : null
}

function isApiOf(hub: HubFile, apiUrl: string): boolean {
  return new URL(hub.apiUrl).origin === new URL(apiUrl).origin
}

function isRepositoryOf(hub: HubFile, { host, owner, repo }: RepositoryName): boolean {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const sameHost = host === null || same(host, new URL(hub.serverUrl).host) || host === 'github.localhost'
  return sameHost && same(hub.repository.owner, owner) && same(hub.repository.name, repo)
}

function hostOfApi(apiUrl: string): string {
  const { host } = new URL(apiUrl)
  return host.startsWith('api.') ? host.slice('api.'.length) : host
}

function originOf(config: Config, name: 'GH_REPO' | 'RELAYQ_API_URL'): string {
  const setting = config.all().find(entry => entry.name === name)
  return setting?.origin === 'environment' ? name : (setting?.origin ?? name)
}
