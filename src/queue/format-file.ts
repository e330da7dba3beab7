import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import { parseJson } from '../base/json.ts'
import { type TranscriptFormat, transcriptFormats } from '../model/kinds.ts'
import type { JobResult } from '../model/result.ts'

/**
 * The file of a format in a result's folder. A transcript that came without it has it made here, of its JSON: every format is
 * a function of that. Throws `invalid_input` for a format the result cannot have.
 */
export async function fileOfFormat(directory: string, result: JobResult, format: string): Promise<string> {
  const { files } = result
  const name = Object.hasOwn(files, format) ? files[format] : undefined
  if (name !== undefined) return join(directory, name)
  const made = transcriptFormats.find(known => known === format)
  const source = made && Object.hasOwn(files, 'json') ? files['json'] : undefined
  if (made && source !== undefined) return await render(directory, source, made)
  const formats = Object.keys(files)
  throw new RelayError('invalid_input', `The result has no format ${JSON.stringify(format)}.`, {
    hint: formats.length > 0 ? `It has: ${formats.join(', ')}.` : 'It has no files, only result.json.',
  })
}

async function render(directory: string, source: string, format: TranscriptFormat): Promise<string> {
  const [{ readTranscript }, { renderTranscript, transcriptFile }] = await Promise.all([
    import('../speech/transcript-file.ts'),
    import('../speech/formats.ts'),
  ])
  const transcript = readTranscript(parseJson(await readFile(join(directory, source), 'utf8')))
  if (!transcript) throw new RelayError('invalid_input', `${source} of the result is no transcript.`)
  const path = join(directory, transcriptFile(format))
  const partial = `${path}.${randomId(6)}.part`
  await writeFile(partial, renderTranscript(transcript, format), { mode: 0o600 })
  await rename(partial, path)
  return path
}
