import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { wordErrors } from '../speech/word-error-rate.ts'
import { runJob } from './run-job.ts'

const examples = fileURLToPath(new URL('../../examples/audio', import.meta.url))

/** The demo promises less than 25 %; this leaves room for other versions of decoder and engine. */
const worstRate = 0.2

test('each recording of examples/audio is understood by the engine of this machine', async t => {
  const server = createServer(async (request, response) => {
    response.end(await readFile(join(examples, request.url ?? '')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const temp = await mkdtemp(join(tmpdir(), 'relayq-recordings-'))
  t.after(async () => {
    server.close()
    await rm(temp, { recursive: true })
  })

  const hear = async (name: string) => {
    const runnerTemp = join(temp, name)
    const result = await runJob('transcribe', {
      env: {
        PATH: process.env['PATH'],
        RUNNER_TEMP: runnerTemp,
        RELAYQ_INPUT_URL: `http://127.0.0.1:${port}/${name}.mp3`,
      },
      config: {
        asrBackend: 'local',
        whisperModel: '',
        language: '',
        whisperCli: null,
        modelDirs: [],
        cacheHome: temp,
        allowHosts: [],
        allowCidrs: [`127.0.0.1/32:${port}`],
        maxDownloadMb: '10',
        secrets: [],
        warnings: [],
      },
      signal: new AbortController().signal,
      print: () => {},
      clock: Date.now,
      programFolders: [],
    })
    const text = await readFile(join(runnerTemp, 'relayq-result', 'transcript.txt'), 'utf8')
    const { rate } = wordErrors(await readFile(join(examples, `${name}.txt`), 'utf8'), text)
    t.diagnostic(`${name}: ${((rate ?? 1) * 100).toFixed(1)} % of the words wrong`)
    return { name, rate, seconds: result.media?.durationSeconds ?? 0 }
  }
  const heard = await Promise.all(['market', 'journey', 'river', 'meeting'].map(hear))
  assert.deepEqual(
    heard.filter(({ rate }) => rate === null || rate >= worstRate),
    [],
  )
  assert.ok(heard.some(({ seconds }) => seconds > 30))
})
