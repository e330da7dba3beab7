import { explain } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { parseAttemptId } from '../model/attempt-id.ts'
import type { JobResult } from '../model/result.ts'
import type { JobContext } from './context.ts'
import { deliverToBranch } from './deliver-to-branch.ts'
import { deliverToFolder } from './deliver-to-folder.ts'
import { deliverToWebhook } from './deliver-to-webhook.ts'

/** One place that results go to. */
interface Delivery {
  /** As the log calls it. */
  readonly where: string
  /** Of a failed job, too. Else only files are of interest, and such a job has none. */
  readonly tellsFailures: boolean
  readonly hand: () => Promise<void>
}

/**
 * Hands a published result on to where the owner of this machine wants it: the files into a folder and into a branch of
 * the repository, `result.json` to a webhook. What cannot be handed on is a warning in the log: the artifact has it all
 * the same.
 */
export async function deliver(context: JobContext, published: string, result: JobResult): Promise<void> {
  if (context.signal.aborted) return
  for (const delivery of deliveries(context, published, result)) {
    if (result.status === 'succeeded' || delivery.tellsFailures) await carryOut(delivery, context)
  }
}

function deliveries(context: JobContext, published: string, result: JobResult): readonly Delivery[] {
  const { folder, branch, webhook } = context.config.delivery
  const attempt = attemptName(context, result)
  const job = parseAttemptId(attempt)?.job ?? attempt
  const toFolder: Delivery = {
    where: folder,
    tellsFailures: false,
    hand: () => deliverToFolder(folder, attempt, published),
  }
  const toBranch: Delivery = {
    where: `the branch ${branch}`,
    tellsFailures: false,
    hand: () => deliverToBranch(context, { branch, job, published }),
  }
  const toWebhook: Delivery = {
    where: 'the webhook',
    tellsFailures: true,
    hand: () => deliverToWebhook(webhook, result, context.signal),
  }
  return [
    ...(folder === '' ? [] : [toFolder]),
    ...(branch === '' ? [] : [toBranch]),
    ...(webhook === '' ? [] : [toWebhook]),
  ]
}

async function carryOut({ where, hand }: Delivery, { print }: JobContext): Promise<void> {
  try {
    await hand()
    print(oneLine(`relayq: the result was handed on to ${where}`))
  } catch (thrown) {
    print(oneLine(`relayq: warning: the result could not be handed on to ${where}: ${explain(thrown)}`))
  }
}

/** Both may come from outside: what is no plain name of ours names nothing. */
function attemptName({ env }: JobContext, { relayqId }: JobResult): string {
  const runId = env['GITHUB_RUN_ID'] ?? ''
  if (/^[0-9A-Za-z_-]{1,64}(\.\d{1,6})?$/.test(relayqId)) return relayqId
  return /^\d{1,15}$/.test(runId) ? `run-${runId}` : 'result'
}
