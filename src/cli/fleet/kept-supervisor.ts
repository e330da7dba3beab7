import { type HubFile, isRedisFleet, redisWord } from '../../config/hub-file.ts'
import { KeptProcess } from './kept-process.ts'
import { lightHeap, mainPath } from './program.ts'

interface KeptSupervisorOptions {
  readonly hub: HubFile
  readonly checkout: string
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
}

/** What it does is written down at each step; for a file that is on its way it has 3 s. */
const graceMs = 5_000

/** `relayq supervise` on the hub that is kept beside it, for as long as that is. */
export function keepSupervisor({ hub, checkout, env, log }: KeptSupervisorOptions): KeptProcess {
  const kept = new KeptProcess({
    name: 'supervisor',
    args: [...lightHeap, mainPath, 'supervise', '--ends-with-input'],
    env: { ...env, ...brokerVariables(hub), RELAYQ_CHECKOUT: checkout },
    graceMs,
    log,
    firstLine: async () => '',
  })
  kept.start()
  return kept
}

/** By which variables a process of the fleet's own finds its broker, whatever the machine is configured for. */
export function brokerVariables(hub: HubFile): NodeJS.ProcessEnv {
  const { owner, name } = hub.repository
  if (isRedisFleet(hub)) {
    return { RELAYQ_API_URL: redisWord, RELAYQ_REDIS_URL: hub.token, RELAYQ_REDIS_PREFIX: name }
  }
  return { RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: hub.token, GH_REPO: `${owner}/${name}` }
}
