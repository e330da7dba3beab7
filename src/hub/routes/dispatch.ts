import type { components } from '@octokit/openapi-types'
import { type Context, Hono } from 'hono'
import { asError, RelayError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { resolveDispatchInputs } from '../../workflow/triggers.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, refuse } from '../errors.ts'
import { repositoryApi, runPage } from '../present/addresses.ts'
import type { ResolvedRef } from '../repository/repository.ts'
import { readJsonObject } from '../request.ts'
import type { RunRecord } from '../store/records.ts'
import { uncommittedWarning } from '../warnings.ts'
import { addressesOf } from './addresses.ts'

/**
 * `POST /actions/workflows/{workflow_id}/dispatches`. Version 2022-11-28 answers 204 unless `return_run_details` asks
 * for the run; version 2026-03-10 always names it. As on GitHub the ref is a branch or a tag, never a bare commit.
 */
export function dispatchRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.post('/:workflow/dispatches', async c => {
    const body = await readJsonObject(c)
    const { ref, inputs } = readRequest(body)
    const resolved = await hub.repository.resolve(ref)
    if (!resolved || resolved.ref === resolved.sha) return apiError(c, 422, `No ref found for: ${ref}`)
    const workflow = await findWorkflow(hub, c.req.param('workflow'), resolved)
    const warning = uncommittedWarning(await hub.repository.uncommittedWorkflows())
    const run = start(hub, workflow, resolved, inputs)
    if (warning !== null) c.header('X-RelayQ-Warning', warning)
    const wantsDetails = c.get('apiVersion') !== '2022-11-28' || body['return_run_details'] === true
    return wantsDetails ? c.json(presentDetails(hub, c, run)) : c.body(null, 204)
  })

  return routes
}

function readRequest(body: JsonObject): { readonly ref: string; readonly inputs: JsonObject } {
  const { ref, inputs = {} } = body
  if (typeof ref !== 'string') refuse(422, 'Invalid request.\n\n"ref" wasn\'t supplied.')
  if (!isJsonObject(inputs)) refuse(422, 'Invalid request.\n\nFor "inputs", the value is not an object.')
  return { ref, inputs }
}

/** The dispatched ref's copy of the file counts. 404 only where neither it nor the default branch knows the name. */
async function findWorkflow(hub: HubContext, idOrName: string, at: ResolvedRef): Promise<Workflow> {
  const entry = await hub.catalog.find(at.sha, idOrName)
  if (!entry) {
    const main = await hub.repository.resolve(hub.repository.defaultBranch)
    const known = main && (await hub.catalog.find(main.sha, idOrName))
    return known ? refuse(422, withoutTrigger) : refuse(404, 'Not Found')
  }
  const parsed = await hub.catalog.read(at.sha, entry.path)
  if (!parsed) return refuse(404, 'Not Found')
  return parsed.kind === 'valid' ? parsed.workflow : refuse(422, parsed.message)
}

const disabled = "Cannot trigger a 'workflow_dispatch' on a disabled workflow"
const withoutTrigger = "Workflow does not have 'workflow_dispatch' trigger"

function start(hub: HubContext, workflow: Workflow, at: ResolvedRef, given: JsonObject): RunRecord {
  if (!workflow.dispatch) return refuse(422, withoutTrigger)
  if (hub.engine.reader.isWorkflowDisabled(workflow.path)) return refuse(422, disabled)
  const resolved = resolveDispatchInputs(workflow.dispatch, given)
  if (resolved.kind === 'rejected') return refuse(422, resolved.message)
  try {
    return hub.engine.startRun({
      workflow,
      ref: at.ref,
      headSha: at.sha,
      actor: hub.repository.owner,
      inputs: resolved.inputs,
    })
  } catch (thrown) {
    if (isRefusal(thrown)) return refuse(422, asError(thrown).message)
    throw thrown
  }
}

/** What the file itself is at fault for; anything else is ours, and a 500. */
export function isRefusal(thrown: unknown): boolean {
  return thrown instanceof RelayError && (thrown.code === 'invalid_workflow' || thrown.code === 'not_built')
}

function presentDetails(
  hub: HubContext,
  c: Context<HubEnv>,
  run: RunRecord,
): components['schemas']['workflow-dispatch-response'] {
  const addresses = addressesOf(hub, c)
  return {
    workflow_run_id: run.id,
    run_url: `${repositoryApi(addresses)}/actions/runs/${run.id}`,
    html_url: runPage(addresses, run),
  }
}
