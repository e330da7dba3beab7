import { delimiter, join } from 'node:path'
import type { InstalledRunner, RunnerPlaces } from './inventory.ts'
import { stopSeconds } from './open-service-manager.ts'
import type { Profile } from './profiles.ts'
import type { ServiceSpec } from './service-manager.ts'

/** Homebrew's folder and the system's, as services of both systems lack them. */
const systemPath = ['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']
const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']

/** PATH of a runner's jobs: its own `relayq` first. */
export function pathOfJobs(places: RunnerPlaces): string {
  return [join(places.program, 'bin'), ...systemPath].join(delimiter)
}

/** The proxies of the environment: a machine behind one reaches nothing without. They may hold a password. */
export function proxiesOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(proxies.flatMap(name => (env[name] ? [[name, env[name]]] : [])))
}

/** Whom the runner asks before and after each job. */
export function hookVariables(places: RunnerPlaces): Readonly<Record<string, string>> {
  return {
    ACTIONS_RUNNER_HOOK_JOB_STARTED: join(places.hooks, 'job-started.sh'),
    ACTIONS_RUNNER_HOOK_JOB_COMPLETED: join(places.hooks, 'job-completed.sh'),
  }
}

/** The service of a runner. Pure. */
export function serviceSpecOf(
  runner: InstalledRunner,
  places: RunnerPlaces,
  profile: Pick<Profile, 'memoryPercent' | 'nice'>,
): ServiceSpec {
  const { owner, repo } = runner.repository
  const inPackage = ['.env', '.path', 'bin', 'externals', 'config.sh', 'run.sh']
  return {
    name: runner.name,
    description: `RelayQ runner ${runner.name} of ${owner}/${repo}`,
    command: [join(places.current, 'run.sh')],
    workingFolder: places.folder,
    user: runner.user,
    environment: {
      PATH: pathOfJobs(places),
      HOME: runner.home,
      LANG: 'C.UTF-8',
      // Exit code 7 says "this version is too old" instead of "failed" (actions/runner#4285).
      ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE: '1',
      // run.sh then hands TERM on to the listener as the interrupt it understands, and ends with its exit code.
      RUNNER_MANUALLY_TRAP_SIG: '1',
      ...hookVariables(places),
    },
    writable: [places.versions, places.work, runner.home],
    sealed: inPackage.map(name => join(places.current, name)),
    memoryPercent: profile.memoryPercent,
    nice: profile.nice,
    restartsAlways: !runner.ephemeral,
    stopSeconds,
    logFolder: places.log,
  }
}
