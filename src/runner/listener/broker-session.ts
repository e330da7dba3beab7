import { hostname, release, type } from 'node:os'
import { isJsonObject, type Json } from '../../base/json.ts'
import type { BrokerMessage, SessionRequest } from '../../protocol/runner-api.ts'
import { isSuccess, type ServiceClient } from '../service-client.ts'
import { protocolRelease, runnerArch, runnerOs } from '../version.ts'
import type { RunnerIdentity } from './jit-config.ts'

export type SessionOutcome =
  | { readonly kind: 'opened'; readonly sessionId: string }
  /** Another listener holds this runner's session (409). */
  | { readonly kind: 'conflict' }
  /** The broker does not know this runner any more, or its token. Nothing but a new configuration helps. */
  | { readonly kind: 'removed'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

export type PollOutcome =
  | { readonly kind: 'message'; readonly message: BrokerMessage }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'session_lost' }
  | { readonly kind: 'removed'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * The broker holds a poll for about 50 s (docs/protocol.md, "Session"); a socket silent for longer than this is dead.
 */
const pollSilenceMs = 100_000

/** POST {broker}session. Throws what the connection throws. */
export async function openSession(
  client: ServiceClient,
  runner: RunnerIdentity,
  signal: AbortSignal,
): Promise<SessionOutcome> {
  const request: SessionRequest = {
    sessionId: '00000000-0000-0000-0000-000000000000',
    ownerName: `${hostname()} (PID: ${process.pid})`,
    agent: {
      id: runner.id,
      name: runner.name,
      version: protocolRelease,
      osDescription: `${type()} ${release()}`,
    },
    useFipsEncryption: false,
  }
  const { status, json } = await client.post(`${runner.brokerUrl}session`, request, { signal })
  const sessionId = isJsonObject(json) ? json['sessionId'] : null
  if (isSuccess(status) && typeof sessionId === 'string') return { kind: 'opened', sessionId }
  if (status === 409) return { kind: 'conflict' }
  if (status === 401 || status === 403 || errorKindOf(json) === 'RunnerNotFound') {
    return { kind: 'removed', reason: `the broker refused a session (HTTP ${status})` }
  }
  return { kind: 'failed', reason: `the broker answered a session request with HTTP ${status}` }
}

/** DELETE {broker}session, so that the broker need not wait for a lease to expire. */
export async function closeSession(
  client: ServiceClient,
  runner: RunnerIdentity,
  sessionId: string,
): Promise<void> {
  await client.delete(`${runner.brokerUrl}session?sessionId=${encodeURIComponent(sessionId)}`, {
    signal: AbortSignal.timeout(3000),
  })
}

/** GET {broker}message: returns when the broker has something to say or its holding time is over. Throws what the connection throws. */
export async function pollMessage(
  client: ServiceClient,
  runner: RunnerIdentity,
  poll: { readonly sessionId: string; readonly busy: boolean; readonly signal: AbortSignal },
): Promise<PollOutcome> {
  const query = new URLSearchParams({
    sessionId: poll.sessionId,
    status: poll.busy ? 'Busy' : 'Online',
    runnerVersion: protocolRelease,
    os: runnerOs(),
    architecture: runnerArch(),
    disableUpdate: 'true',
  })
  const { status, json } = await client.get(`${runner.brokerUrl}message?${query}`, {
    signal: poll.signal,
    idleTimeoutMs: pollSilenceMs,
  })
  const errorKind = errorKindOf(json)
  if (errorKind === 'RunnerSessionInvalid') return { kind: 'session_lost' }
  if (errorKind === 'RunnerNotFound') return { kind: 'removed', reason: 'the broker removed this runner' }
  if (status === 401) return { kind: 'removed', reason: "the broker refused this runner's token" }
  if (!isSuccess(status)) return { kind: 'failed', reason: `the broker answered with HTTP ${status}` }
  return isBrokerMessage(json) ? { kind: 'message', message: json } : { kind: 'nothing' }
}

/** Only these errors mean something; every other body is "try again". */
function errorKindOf(json: Json): string | null {
  if (!isJsonObject(json) || json['source'] !== 'actions-broker-listener') return null
  return typeof json['errorKind'] === 'string' ? json['errorKind'] : null
}

function isBrokerMessage(json: unknown): json is BrokerMessage {
  return isJsonObject(json) && typeof json['messageType'] === 'string' && typeof json['body'] === 'string'
}
