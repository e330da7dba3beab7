import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type ErrorCode, RelayError } from '../../src/base/errors.ts'
import type { JobContext, NodeConfig } from '../../src/jobs/context.ts'
import { runJob } from '../../src/jobs/run-job.ts'
import { findMediaTools } from '../../src/media/ffmpeg.ts'
import type { JobResult } from '../../src/model/result.ts'
import { serveOnLoopback } from './loopback-server.ts'

const examples = join(import.meta.dirname, '../../examples/audio')
const fixtures = join(import.meta.dirname, '../../src/speech/fixtures')

/** A machine with one recording served to it, and a place to look at what a job left. */
export async function jobMachine(t: TestContext, answer: RequestListener) {
  const { port } = new URL(await serveOnLoopback(t, answer))
  const temp = await mkdtemp(join(tmpdir(), 'relayq-job-test-'))
  t.after(() => rm(temp, { recursive: true }))
  const bin = await programs(join(temp, 'bin'))
  const lines: string[] = []
  const config: NodeConfig = {
    asrBackend: '',
    whisperModel: '',
    language: '',
    whisperCli: null,
    modelDirs: [],
    speech: {
      mayDownloadModels: false,
      modelsUrl: '',
      serverUrl: '',
      command: '',
      commandOutput: 'stdout-txt',
    },
    cacheHome: join(temp, 'cache'),
    stateHome: join(temp, 'state'),
    runnerKeyFile: join(temp, 'runner-key.txt'),
    delivery: { folder: '', branch: '', webhook: '' },
    inputRoots: [],
    allowYtDlp: false,
    allowHosts: [],
    allowCidrs: [`127.0.0.1/32:${port}`],
    maxDownloadMb: '100',
    cloud: {
      openai: { keys: [], baseUrl: '', model: 'gpt-transcribe' },
      router: { keys: [], baseUrl: '', model: 'maker/hears' },
      keepsPrivate: '',
      autoPrefers: 'cost',
      maxCostPerJob: '',
      maxCostPerMonth: '',
    },
    secrets: [],
    warnings: [],
  }
  const env = {
    PATH: bin,
    GITHUB_ACTIONS: 'true',
    RUNNER_TEMP: temp,
    RUNNER_NAME: 'rpi4',
    GITHUB_OUTPUT: join(temp, 'output'),
    GITHUB_STEP_SUMMARY: join(temp, 'summary'),
    RELAYQ_PROTOCOL: '1',
    RELAYQ_ID: 'abc.1',
    RELAYQ_INPUT_URL: `http://127.0.0.1:${port}/market.mp3?signature=hush`,
  }
  const signal = new AbortController().signal
  const context: JobContext = {
    env,
    config,
    signal,
    print: line => lines.push(line),
    clock: Date.now,
    programFolders: [],
  }
  const read = (name: string) => readFile(join(temp, name), 'utf8')
  const result = async () => JSON.parse(await read('relayq-result/result.json')) as JobResult
  return { context, env, config, lines, temp, read, result }
}

/** A folder with the real ffmpeg and, as the only speech engine, the quick stand-in for PocketSphinx 5. */
async function programs(folder: string): Promise<string> {
  const tools = await findMediaTools(process.env, [])
  await mkdir(folder)
  await symlink(tools.ffmpeg, join(folder, 'ffmpeg'))
  await symlink(tools.ffprobe, join(folder, 'ffprobe'))
  await symlink(join(fixtures, 'pocketsphinx'), join(folder, 'pocketsphinx'))
  return folder
}

export const serveExamples: RequestListener = (request, response) => {
  const name = new URL(request.url ?? '/', 'http://x').pathname.slice(1)
  readFile(join(examples, name)).then(
    audio => response.end(audio),
    () => response.writeHead(404).end(),
  )
}

/** Runs a job that must fail with this code. */
export async function fails(context: JobContext, code: ErrorCode, kind = 'transcribe'): Promise<RelayError> {
  let error: unknown
  await assert.rejects(runJob(kind, context), thrown => {
    error = thrown
    return thrown instanceof RelayError && thrown.code === code
  })
  return error as RelayError
}
