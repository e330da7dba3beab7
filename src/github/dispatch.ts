import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type { DispatchOutcome, DispatchRequest } from '../model/broker.ts'
import type { GitHubClient } from './client.ts'
import { neverArrived, statusOf } from './errors.ts'
import { workflowFile } from './workflow-file.ts'

/**
 * One `workflow_dispatch`, sent once. `return_run_details` makes version 2022-11-28 of the API answer with the run's id
 * (docs/protocol.md, "Dispatch"); a GHES that does not know the field refuses the request as a whole, so nothing was
 * started and it is sent again without. Throws where it is certain that nothing was started and no other ref or input
 * would help.
 */
export async function dispatchWorkflow(
  client: GitHubClient,
  request: DispatchRequest,
): Promise<DispatchOutcome> {
  const first = await send(client, request, { return_run_details: true })
  if (first.kind === 'rejected' && rejectsField(first)) return send(client, request, {})
  return first
}

async function send(
  client: GitHubClient,
  request: DispatchRequest,
  extra: { readonly return_run_details?: true },
): Promise<DispatchOutcome> {
  try {
    const path = `/actions/workflows/${encodeURIComponent(workflowFile(request.workflow))}/dispatches`
    const answer = await client.post(path, { ref: request.ref, inputs: request.inputs, ...extra })
    return acceptedFrom(answer.data)
  } catch (thrown) {
    return outcomeOfError(thrown)
  }
}

function acceptedFrom(data: unknown): DispatchOutcome {
  const details = isJsonObject(data) ? data : {}
  const runId = details['workflow_run_id']
  const runUrl = details['html_url']
  return {
    kind: 'accepted',
    runId: typeof runId === 'number' ? runId : null,
    runUrl: typeof runUrl === 'string' ? runUrl : null,
  }
}

function outcomeOfError(thrown: unknown): DispatchOutcome {
  if (!(thrown instanceof RelayError)) throw thrown
  if (thrown.code === 'not_authorized' || neverArrived(thrown)) throw thrown
  const status = statusOf(thrown)
  if (status === null || status >= 500) {
    if (thrown.code !== 'broker_unreachable' && thrown.code !== 'broker_unavailable') throw thrown
    return { kind: 'unknown', message: thrown.message }
  }
  if (thrown.code === 'broker_unavailable') throw thrown
  return { kind: 'rejected', status, message: reasonOf(thrown) }
}

/** GitHub's own words, without our "answered 422". */
function reasonOf(error: RelayError): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}

function rejectsField(outcome: { readonly status: number; readonly message: string }): boolean {
  return (outcome.status === 400 || outcome.status === 422) && outcome.message.includes('return_run_details')
}
