import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asError } from '../base/errors.ts'
import { HttpClient, readBody } from '../base/http.ts'
import { oneLine } from '../base/one-line.ts'
import { retry } from '../base/retry.ts'
import type { JobResult } from '../model/result.ts'
import type { JobContext } from './context.ts'

/**
 * Hands a published result on to where the owner of this machine wants it: the files into a folder, `result.json` to a
 * webhook (that of a failed job, too). What cannot be handed on is a warning in the log: the artifact has it all the same.
 */
export async function deliver(context: JobContext, published: string, result: JobResult): Promise<void> {
  const { folder, webhook } = context.config.delivery
  if (context.signal.aborted) return
  const isDone = result.status === 'succeeded'
  if (folder !== '' && isDone) await trying(context, folder, () => copyTo(folder, context, published, result))
  if (webhook !== '') await trying(context, 'the webhook', () => post(webhook, result, context.signal))
}

async function trying(context: JobContext, where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    context.print(`relayq: the result was handed on to ${where}`)
  } catch (thrown) {
    const reason = oneLine(asError(thrown).message)
    context.print(`relayq: warning: the result could not be handed on to ${where}: ${reason}`)
  }
}

/** In a folder of the job's own, which is seen once it is whole. */
async function copyTo(
  folder: string,
  { env }: JobContext,
  published: string,
  { relayqId }: JobResult,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const scratch = await mkdtemp(join(folder, '.arriving-'))
  try {
    await cp(published, join(scratch, 'result'), { recursive: true })
    const place = join(folder, nameOf(relayqId, env['GITHUB_RUN_ID'] ?? ''))
    await rm(place, { recursive: true, force: true })
    await rename(join(scratch, 'result'), place)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Both may come from outside: what is no plain name of ours names nothing. */
function nameOf(relayqId: string, runId: string): string {
  if (/^[0-9A-Za-z_-]{1,64}(\.\d{1,6})?$/.test(relayqId)) return relayqId
  return /^\d{1,15}$/.test(runId) ? `run-${runId}` : 'result'
}

/** A receiver answers soon, or is away. */
const patienceMs = 10_000
const mostAnswerBytes = 64 * 1024

/** The address may hold a secret and stands in no message. */
async function post(webhook: string, result: JobResult, signal: AbortSignal): Promise<void> {
  const client = new HttpClient()
  const send = async () => {
    const answer = await client.send({
      url: webhook,
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'relayq' },
      body: JSON.stringify(result),
      idleTimeoutMs: patienceMs,
      signal,
    })
    await readBody(answer, mostAnswerBytes)
    if (answer.status >= 300) throw new Error(`it answered ${answer.status}`)
  }
  try {
    await retry(send, { attempts: 3, firstDelayMs: 500, isRetryable: () => true, signal })
  } finally {
    client.close()
  }
}
