import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Hit, Passage, SearchIndex } from '../ledger/search-index.ts'
import { jobName } from '../model/job-name.ts'
import type { Segment } from '../speech/transcript.ts'
import { readTranscript } from '../speech/transcript-file.ts'
import { readJobResult } from './result-file.ts'

/** Where words were said, and the name of what they were said in: null where that is not known. */
export interface FoundWords extends Hit {
  readonly name: string | null
}

/** Where the words were said, of all transcripts that were fetched to this machine. New ones are taken into the index first. */
export async function searchTranscripts(
  ledger: Ledger,
  index: SearchIndex,
  query: { readonly phrases: readonly string[]; readonly limit: number },
): Promise<readonly FoundWords[]> {
  await catchUp(ledger, index)
  return index.search(query.phrases, query.limit).map(hit => {
    const job = ledger.getJob(hit.jobId)
    return { ...hit, name: job && jobName(job.inputs) }
  })
}

async function catchUp(ledger: Ledger, index: SearchIndex): Promise<void> {
  const known = new Map(index.indexed())
  for (const { jobId, attemptId, directory } of ledger.listResults()) {
    const isKnown = known.get(jobId) === attemptId
    known.delete(jobId)
    if (!isKnown) index.put(jobId, attemptId, await passagesOf(directory))
  }
  for (const forgotten of known.keys()) index.remove(forgotten)
}

/** None where the result is no transcript, or its files are gone. */
async function passagesOf(directory: string): Promise<readonly Passage[]> {
  const result = readJobResult(parseJson((await readIfThere(join(directory, 'result.json'))) ?? 'null'))
  const name = result && Object.hasOwn(result.files, 'json') ? result.files['json'] : undefined
  const text = name === undefined ? null : await readIfThere(join(directory, name))
  const transcript = readTranscript(parseJson(text ?? 'null'))
  return transcript ? passagesOfSpeech(transcript.segments) : []
}

/** Words that are looked for together are said within so many seconds. */
const passageSeconds = 30

function passagesOfSpeech(segments: readonly Segment[]): readonly Passage[] {
  const passages: { start: number; text: string }[] = []
  for (const { start, text } of segments) {
    const last = passages.at(-1)
    if (last && start - last.start < passageSeconds) last.text += ` ${text}`
    else passages.push({ start, text })
  }
  return passages
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}
