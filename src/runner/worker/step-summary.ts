import { persist } from '../persistence.ts'
import type { ResultsClient } from './results-client.ts'

const uploadMs = 60_000

/**
 * Uploads a step's masked Markdown (docs/protocol.md, "Step logs"). Answers a sentence for the log when it could not
 * be done.
 */
export async function uploadSummary(
  results: ResultsClient,
  stepId: string,
  markdown: string,
): Promise<string | null> {
  if (markdown === '') return null
  const uploaded = await persist(
    async () => {
      await results.createBlob(await results.summaryUrl(stepId), markdown)
      await results.finishSummary(stepId, Buffer.byteLength(markdown))
      return { kind: 'done', value: null }
    },
    { forMs: uploadMs },
  )
  return uploaded.kind === 'done' ? null : `The step's summary could not be uploaded: ${uploaded.reason}`
}
