import { Hono } from 'hono'
import { asError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import type { HubContext, HubEnv } from '../context.ts'
import type { StartRun } from '../engine.ts'
import { refuse } from '../errors.ts'
import { readJsonObject } from '../request.ts'
import type { RepositoryDispatch } from '../store/records.ts'
import { isRefusal } from './dispatch.ts'

/** GitHub's limits: of the type in characters, of the payload in members and in characters of its JSON. */
const maxTypeLength = 100
const maxMembers = 10
const maxPayloadLength = 65_535

/** `POST /dispatches`, below the repository: starts every workflow of the default branch that asks for the event. */
export function repositoryDispatchRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.post('/dispatches', async c => {
    const event = readEvent(await readJsonObject(c))
    const branch = await hub.repository.resolve(hub.repository.defaultBranch)
    const workflows = branch ? await workflowsFor(hub, branch.sha, event.eventType) : []
    for (const workflow of workflows) {
      tryToStart(hub, {
        workflow,
        ref: hub.repository.defaultBranch,
        headSha: branch?.sha ?? '',
        actor: hub.repository.owner,
        inputs: {},
        repositoryDispatch: event,
      })
    }
    return c.body(null, 204)
  })

  return routes
}

/** One that cannot be planned is no reason to keep the event from the others: the operator is told. */
function tryToStart(hub: HubContext, request: StartRun): void {
  try {
    hub.engine.startRun(request)
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown
    const { path } = request.workflow
    hub.log(`repository_dispatch did not start ${path}: ${asError(thrown).message}`)
  }
}

function readEvent(body: JsonObject): RepositoryDispatch {
  const { event_type: eventType, client_payload: clientPayload = {} } = body
  if (eventType === undefined) return invalid('"event_type" wasn\'t supplied.')
  if (typeof eventType !== 'string') return invalid('For "event_type", the value is not a string.')
  if (eventType.length > maxTypeLength) {
    return invalid(`Only ${maxTypeLength} characters are allowed; ${eventType.length} were supplied.`)
  }
  if (!isJsonObject(clientPayload)) return invalid('For "client_payload", the value is not an object.')
  const members = Object.keys(clientPayload).length
  if (members > maxMembers) {
    return invalid(`No more than ${maxMembers} properties are allowed; ${members} were supplied.`)
  }
  if (JSON.stringify(clientPayload).length > maxPayloadLength) return invalid('client_payload is too large.')
  return { eventType, clientPayload }
}

function invalid(what: string): never {
  return refuse(422, `Invalid request.\n\n${what}`)
}

async function workflowsFor(hub: HubContext, sha: string, eventType: string): Promise<readonly Workflow[]> {
  const entries = await hub.catalog.list(sha)
  const files = await Promise.all(entries.map(({ path }) => hub.catalog.read(sha, path)))
  return files
    .flatMap(file => (file?.kind === 'valid' ? [file.workflow] : []))
    .filter(({ repositoryDispatch: trigger, path }) => {
      const asksForIt = trigger && (trigger.types.length === 0 || trigger.types.includes(eventType))
      return asksForIt && !hub.engine.reader.isWorkflowDisabled(path)
    })
}
