import type { RunnerCredentials, RunnerSettings } from '../protocol/runner-api.ts'
import type { RegisterRunner } from './engine.ts'
import type { HubUrls } from './scheduler/engine.ts'
import type { RunnerRecord } from './store/records.ts'

/** Where the engine's broker answers (OpenedEngine.runnerRoutes); every URL of the protocol ends in `/`. */
const brokerPath = '/_services/broker/'

/**
 * What `run.sh --jitconfig` takes (docs/protocol.md, "Joining"): base64 of a JSON object from file name to base64 of
 * the file. The credentials are one opaque bearer token, so there is no key pair and nothing to refresh.
 */
export function encodeJitConfig(
  request: RegisterRunner,
  { runner, token }: { readonly runner: RunnerRecord; readonly token: string },
  urls: HubUrls,
): string {
  const broker = `${urls.base}${brokerPath}`
  const settings: RunnerSettings = {
    AgentId: runner.id,
    AgentName: runner.name,
    PoolId: 1,
    PoolName: 'Default',
    ServerUrl: broker,
    ServerUrlV2: broker,
    GitHubUrl: urls.server,
    WorkFolder: request.workFolder,
    UseV2Flow: true,
    Ephemeral: request.ephemeral,
    DisableUpdate: true,
  }
  const credentials: RunnerCredentials = { scheme: 'OAuthAccessToken', data: { token } }
  return base64({ '.runner': base64(settings), '.credentials': base64(credentials) })
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}
