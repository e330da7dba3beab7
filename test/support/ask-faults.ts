import assert from 'node:assert/strict'
import type { Fault } from '../../src/hub/faults/fault.ts'
import type { TestFleet } from './fleet.ts'

/** As another process does it: a hub that runs is told through its API. Gives the faults that are on then. */
export async function askFaults(
  { fleet }: Pick<TestFleet, 'fleet'>,
  faults?: readonly Fault[],
): Promise<readonly { readonly path: string; readonly hits: number }[]> {
  const { apiUrl, token } = fleet.hub
  const answer = await fetch(`${apiUrl}/relayq/faults`, {
    headers: { Authorization: `Bearer ${token}` },
    ...(faults ? { method: 'PUT', body: JSON.stringify({ faults }) } : {}),
  })
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { faults: [] }).faults
}
