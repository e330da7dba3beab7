import type { RelayError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { RunningHub } from '../../hub/hub.ts'
import { carriedError } from './carried-error.ts'

/** What a hub process says on its standard output, once, as one JSON line: where it is, or why it cannot start. */
export type HubAnnouncement = Omit<RunningHub, 'close' | 'faults'>

export function announce(running: RunningHub): string {
  const { close: _, faults: __, ...announcement } = running
  return JSON.stringify({ hub: announcement })
}

export function announceFailure(error: RelayError): string {
  return JSON.stringify({ error: error.toJSON() })
}

/** null for a line that is neither. */
export function readAnnouncement(line: string): HubAnnouncement | RelayError | null {
  const said = parseJson(line)
  if (!isJsonObject(said)) return null
  const { hub, error } = said
  return isJsonObject(hub) ? (hub as unknown as HubAnnouncement) : carriedError(error)
}
