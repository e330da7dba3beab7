import { HttpClient, readBody } from '../base/http.ts'
import { retry } from '../base/retry.ts'
import type { JobResult } from '../model/result.ts'

/** A receiver answers soon, or is away. */
const patienceMs = 10_000
const mostAnswerBytes = 64 * 1024

/** Posts `result.json`. The address may hold a secret and stands in no message. */
export async function deliverToWebhook(
  webhook: string,
  result: JobResult,
  signal: AbortSignal,
): Promise<void> {
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
