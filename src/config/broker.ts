import { RelayError } from '../base/errors.ts'
import type { GitRemote } from './git-remote.ts'
import { type HubFile, isKept, isRedisFleet } from './hub-file.ts'
import type { Config } from './load.ts'
import { apiUrlOfHost, normalizeApiUrl, parseRepositoryName, type RepositoryName } from './repository-name.ts'
import type { SettingName } from './settings.ts'

/** Where to dispatch, and by which of the user's words. */
export interface BrokerChoice {
  readonly apiUrl: string
  readonly token: string
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
}

/** What the choice may ask for; nothing is asked that a stronger word has settled. */
export interface BrokerSources {
  readonly config: Config
  readonly hub: () => HubFile | null
  /** Where a hub in the background says what it does; null where there is no such file. */
  readonly hubLog: () => string | null
  readonly gitRemote: () => Promise<GitRemote | null>
  readonly ghToken: (host: string) => Promise<string | null>
}

/**
 * Flags, then RELAYQ_API_URL and GH_REPO, then relayq.yaml, then a live hub of this checkout, then its git remote.
 * GH_TOKEN by itself chooses nothing: it is a credential that many shells carry for other ends. A repository named
 * without an address is GitHub's, unless it is the live hub's own and no token for GitHub is set. Throws `no_broker` or
 * `not_authorized`.
 */
export async function chooseBroker(sources: BrokerSources): Promise<BrokerChoice> {
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
    return atHost(repository, originOf(config, 'GH_REPO'), isUsersWord(config, 'GH_REPO'), sources)
  }
  const remote = await sources.gitRemote()
  if (remote) return atHost(remote, 'the git remote of this checkout', false, sources)
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
    hint: `${lookThere}Start one here with: relayq up. Or use GitHub: gh auth login in a clone, or set GH_TOKEN and GH_REPO=OWNER/REPO.`,
  })
}

async function atAddress(
  apiUrl: string,
  named: RepositoryName | null,
  hub: HubFile | null,
  sources: BrokerSources,
): Promise<BrokerChoice> {
  const { config } = sources
  if (hub && isApiOf(hub, apiUrl) && (named === null || isRepositoryOf(hub, named))) {
    return {
      ...atHub(hub),
      token: config.get('RELAYQ_TOKEN') ?? hub.token,
      origin: originOf(config, 'RELAYQ_API_URL'),
    }
  }
  const repository = named ?? (await sources.gitRemote())
  if (repository === null) {
    throw new RelayError('no_broker', `No repository is named for the broker ${apiUrl}.`, {
      hint: 'Add --repo OWNER/REPO or set GH_REPO.',
    })
  }
  const host = hostOfApi(apiUrl)
  const inUsersWords = isUsersWord(config, 'RELAYQ_API_URL')
  const given = inUsersWords ? config.get('RELAYQ_TOKEN') : null
  const token = given ?? (await tokenFor(host, inUsersWords, sources))
  if (token === null)
    throw noToken(host, `Set RELAYQ_API_URL=${apiUrl} and RELAYQ_TOKEN to a token it accepts.`)
  const origin = originOf(config, 'RELAYQ_API_URL')
  return chosen({ apiUrl, token, host, repository, defaultBranch: null, origin })
}

async function atHost(
  repository: GitRemote,
  origin: string,
  inUsersWords: boolean,
  sources: BrokerSources,
): Promise<BrokerChoice> {
  const { host, defaultBranch } = repository
  const token = await tokenFor(host, inUsersWords, sources)
  if (token === null)
    throw noToken(host, 'Run: gh auth login, or set GH_TOKEN. To try without GitHub: relayq up')
  return chosen({ apiUrl: apiUrlOfHost(host), token, host, repository, defaultBranch, origin })
}

function atHub(hub: HubFile): BrokerChoice {
  const { owner, name: repo } = hub.repository
  return {
    apiUrl: hub.apiUrl,
    token: hub.token,
    owner,
    repo,
    defaultBranch: hub.defaultBranch,
    description: `${owner}/${repo} at the hub ${hub.url}`,
    origin: 'the live hub of this checkout',
    hub,
  }
}

function chosen(parts: {
  apiUrl: string
  token: string
  host: string
  repository: RepositoryName
  defaultBranch: string | null
  origin: string
}): BrokerChoice {
  const { apiUrl, token, host, repository, defaultBranch, origin } = parts
  const { owner, repo } = repository
  return {
    apiUrl,
    token,
    owner,
    repo,
    defaultBranch,
    description: `${owner}/${repo} at ${host}`,
    origin,
    hub: null,
  }
}

/**
 * A token without a host goes to GitHub, or where the user's own words point. A checkout's files and remote are not the
 * user's words: a cloned relayq.yaml must not be able to send tokens elsewhere. gh's tokens are bound to their host.
 */
async function tokenFor(host: string, inUsersWords: boolean, sources: BrokerSources): Promise<string | null> {
  const { config, ghToken } = sources
  const trusted = inUsersWords || host === 'github.com' || host.endsWith('.ghe.com')
  const given = trusted ? (config.get('GH_TOKEN') ?? config.get('GITHUB_TOKEN')) : null
  return given ?? (await ghToken(host))
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

function noToken(host: string, hint: string): RelayError {
  return new RelayError('not_authorized', `There is no token for ${host}.`, { hint })
}
