/** An address that something here has to reach. */
export interface Destination {
  /** `https://api.github.com/`. */
  readonly address: string
  /** Who needs it, and what for. */
  readonly purpose: string
  /** false: another way leads to the same, or only some jobs need it. */
  readonly isVital: boolean
}

/** What is done from here decides what has to be reached. */
export interface Doings {
  /** Of the broker's REST API; null: none is spoken to. */
  readonly apiUrl: string | null
  /** Of the repositories that runners of this machine are registered with: `https://github.com/octo/queue`. */
  readonly runnerRepositories: readonly string[]
}

/**
 * A hub is reached at its own address alone: whether github.com answers does not matter to it. Of GitHub's the list is
 * that of docs.github.com/actions/reference/runners/self-hosted-runners, "Accessible domains by function". Pure.
 */
export function destinationsOf({ apiUrl, runnerRepositories }: Doings): readonly Destination[] {
  const ofBroker = apiUrl === null ? [] : [broker(apiUrl), ...(isGitHub(apiUrl) ? results : [])]
  const hosts = [...new Set(runnerRepositories.map(url => new URL(url).origin))]
  const ofRunners = hosts.flatMap(origin => [
    { address: `${origin}/`, purpose: 'registration of runners', isVital: true },
    ...(origin === 'https://github.com' ? [...service, ...results] : []),
  ])
  const all = [...ofBroker, ...ofRunners]
  return all.filter((one, index) => all.findIndex(({ address }) => address === one.address) === index)
}

/** `/zen` asks for no token. */
function broker(apiUrl: string): Destination {
  return { address: `${apiUrl}/zen`, purpose: 'jobs are sent and followed', isVital: true }
}

function isGitHub(apiUrl: string): boolean {
  return new URL(apiUrl).hostname === 'api.github.com'
}

/** What actions/runner itself asks before it goes to work, and where actions and releases come from. */
const service: readonly Destination[] = [
  { address: 'https://api.github.com/zen', purpose: 'registration of runners', isVital: true },
  {
    address: 'https://broker.actions.githubusercontent.com/health',
    purpose: 'jobs of runners',
    isVital: true,
  },
  { address: 'https://run.actions.githubusercontent.com/health', purpose: 'jobs of runners', isVital: true },
  {
    address: 'https://token.actions.githubusercontent.com/ready',
    purpose: 'tokens of runners',
    isVital: true,
  },
  { address: 'https://codeload.github.com/', purpose: 'actions of workflows', isVital: true },
  { address: 'https://release-assets.githubusercontent.com/', purpose: 'updates of runners', isVital: false },
]

/** Artifacts lie in one of several such stores; the answer to a request names which. */
const results: readonly Destination[] = [
  {
    address: 'https://results-receiver.actions.githubusercontent.com/health',
    purpose: 'logs and results',
    isVital: true,
  },
  {
    address: 'https://productionresultssa0.blob.core.windows.net/',
    purpose: 'files of results',
    isVital: false,
  },
]
