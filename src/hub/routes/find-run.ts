import type { Context } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { idParameter } from '../request.ts'
import type { RunRecord } from '../store/records.ts'

/** The run that `:run` of the path names. */
export function findRun(hub: HubContext, c: Context<HubEnv>): RunRecord | null {
  return hub.engine.reader.getRun(idParameter(c, 'run') ?? 0)
}

/** The run as it was in `:attempt`. */
export function findAttempt(hub: HubContext, c: Context<HubEnv>): RunRecord | null {
  const { reader } = hub.engine
  return reader.getRunAttempt(idParameter(c, 'run') ?? 0, idParameter(c, 'attempt') ?? 0)
}
