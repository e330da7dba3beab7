import { Hono } from 'hono'
import type { JsonObject } from '../../base/json.ts'
import type { HubContext, HubEnv } from '../context.ts'
import type { RegisterRunner } from '../engine.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { encodeJitConfig } from '../jit-config.ts'
import { allItems, linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentRunner } from '../present/runner.ts'
import { idParameter, readJsonObject } from '../request.ts'
import type { HubReader, RunnerRecord } from '../store/records.ts'
import { readLabels } from './runner-labels.ts'

/** The fleet: list, get, remove, and registration by JIT configuration. Below `/actions/runners`. */
export function runnerRoutes(hub: HubContext): Hono<HubEnv> {
  const { engine } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/', c => {
    const name = c.req.query('name')
    const query = pageQuery(c)
    const page =
      name === undefined ? engine.reader.listRunners(query) : pageOf(namedRunners(engine.reader, name), query)
    linkPages(c, query, page.totalCount)
    return c.json({ total_count: page.totalCount, runners: page.items.map(presentRunner) })
  })

  routes.post('/generate-jitconfig', async c => {
    const request = readRegistration(await readJsonObject(c))
    const registered = engine.registerRunner(request)
    if (registered === 'name_taken') {
      return apiError(c, 409, `Already exists - A runner with the name ${request.name} is online.`)
    }
    const encoded = encodeJitConfig(request, registered, hub.urls())
    return c.json({ runner: presentRunner(registered.runner), encoded_jit_config: encoded }, 201)
  })

  routes.get('/:runner', c => {
    const runner = engine.reader.getRunner(idParameter(c, 'runner') ?? 0)
    return runner ? c.json(presentRunner(runner)) : notFound(c)
  })

  routes.delete('/:runner', c => {
    const runner = engine.reader.getRunner(idParameter(c, 'runner') ?? 0)
    if (!runner) return notFound(c)
    if (runner.busy) return apiError(c, 422, `Runner ${runner.name} is running a job and cannot be deleted.`)
    return engine.removeRunner(runner.id) ? c.body(null, 204) : notFound(c)
  })

  return routes
}

function namedRunners(reader: HubReader, name: string): readonly RunnerRecord[] {
  return allItems(page => reader.listRunners(page)).filter(runner => runner.name === name)
}

/** GitHub's body, and `ephemeral: false` (RelayQ's own): keep the registration after the first job. */
function readRegistration(body: JsonObject): RegisterRunner {
  const { name, work_folder: workFolder = '_work', ephemeral = true } = body
  if (typeof name !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    refuse(422, 'Invalid request.\n\n"name" must be 1 to 64 letters, digits, dots, dashes or underscores.')
  }
  const labels = readLabels(body['labels'], 1)
  if (typeof workFolder !== 'string' || workFolder === '') {
    refuse(422, 'Invalid request.\n\n"work_folder" must be a path.')
  }
  if (typeof ephemeral !== 'boolean') refuse(422, 'Invalid request.\n\n"ephemeral" must be a boolean.')
  return { name, labels, workFolder, ephemeral }
}
