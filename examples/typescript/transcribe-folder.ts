/**
 * Submits every recording of a folder and saves its subtitles beside it.
 *
 *     npm install relayq && node transcribe-folder.ts ./recordings
 */
import { copyFile, readdir } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { type Queue, RelayError, RelayQ } from 'relayq'

async function transcribe(queue: Queue, folder: string, name: string): Promise<string> {
  // The same file is the same job: run again, this finds the jobs that were submitted before.
  const { job } = await queue.submit({
    kind: 'transcribe',
    inputs: { file: join(folder, name) },
    batch: folder,
  })
  for await (const event of queue.watch(job.id)) {
    if (event.kind === 'state')
      console.error(`${name}: ${event.state}${event.runner ? ` on ${event.runner}` : ''}`)
  }
  const found = await queue.result(job.id, { format: 'srt' })
  if (found.kind !== 'ready' || found.path === null) throw new Error(`${name} left no result`)
  if (found.result.error) throw new Error(`${name}: ${found.result.error.message}`)
  const subtitles = join(folder, `${parse(name).name}.srt`)
  await copyFile(found.path, subtitles)
  return subtitles
}

try {
  await using relayq = await RelayQ.open({ warn: line => console.error(line) })
  const queue = await relayq.queue()
  const folder = process.argv[2] ?? '.'
  const recordings = (await readdir(folder)).filter(name => /\.(mp3|m4a|wav|flac|ogg)$/i.test(name))
  const saved = await Promise.all(recordings.map(name => transcribe(queue, folder, name)))
  for (const path of saved) console.log(path)
} catch (error) {
  if (!(error instanceof RelayError)) throw error
  console.error(`${error.message} ${error.hint ?? ''}`)
  process.exitCode = error.exitCode
}
