import type { Context } from 'hono'
import { isJsonObject, type Json, parseJson } from '../../base/json.ts'
import type { HubEnv } from '../context.ts'

/** Lists are kept for so many addresses; a test has few. */
const mostLists = 1000

/** What lists said when they were first asked; runs that have come since these began are not in them. */
export class StaleLists {
  readonly #newestRunId: number
  readonly #kept = new Map<string, Response>()

  constructor(newestRunId: number) {
    this.#newestRunId = newestRunId
  }

  /** Puts the list as it was in the place of the answer; whatever is no list stays as it is. */
  async replace(c: Context<HubEnv>): Promise<void> {
    const { url } = c.req
    if (c.res.status !== 200) return
    const kept = this.#kept.get(url) ?? (await this.#listOf(c.res))
    if (!kept) return
    if (this.#kept.size < mostLists) this.#kept.set(url, kept)
    await c.res.body?.cancel()
    c.res = undefined
    c.res = kept.clone()
  }

  /** null when the answer is no list. Its own body is left to be read. */
  async #listOf(answer: Response): Promise<Response | null> {
    if (!answer.headers.get('Content-Type')?.startsWith('application/json')) return null
    const list = parseJson(await answer.clone().text())
    const isList = Array.isArray(list) || (isJsonObject(list) && 'total_count' in list)
    if (!isList) return null
    return new Response(JSON.stringify(withoutRunsAfter(this.#newestRunId, list)), answer)
  }
}

function withoutRunsAfter(newestRunId: number, list: Json): Json {
  if (!isJsonObject(list)) return list
  const { workflow_runs: runs, total_count: total } = list
  if (!Array.isArray(runs) || typeof total !== 'number') return list
  const old = runs.filter(run => isJsonObject(run) && Number(run['id']) <= newestRunId)
  return { ...list, total_count: total - (runs.length - old.length), workflow_runs: old }
}
