import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isJsonObject, type JsonObject, parseJson } from '../src/base/json.ts'
import { startHub } from '../src/hub/hub.ts'
import type { JobMessage } from '../src/protocol/job-message.ts'
import { ServiceClient } from '../src/runner/service-client.ts'
import { standInManifest } from '../src/runner/worker/actions/stand-ins/manifests.ts'

const root = mkdtempSync(join(tmpdir(), 'relayq-hub-stand-ins-'))
after(() => rmSync(root, { recursive: true, force: true }))

const workflow = `
on: workflow_dispatch
jobs:
  one:
    runs-on: self-hosted
    steps:
      - run: echo
`

/** A repository with one workflow; gives its commit. */
function makeRepository(folder: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
    })
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  writeFileSync(join(folder, '.github/workflows/w.yml'), workflow)
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'one')
  return git('rev-parse', 'HEAD').trim()
}

/** Takes a job as a runner does, and gives what its actions would find in their environment. */
async function takeJob(api: string, repository: string): Promise<JobMessage> {
  const owner = new ServiceClient('owner-token')
  const repo = `${api}/repos/${repository}`
  const jit = object(
    await owner.post(`${repo}/actions/runners/generate-jitconfig`, {
      name: 'r',
      runner_group_id: 1,
      labels: ['self-hosted'],
      work_folder: '_work',
    }),
  )
  await owner.post(`${repo}/actions/workflows/w.yml/dispatches`, { ref: 'main' })
  owner.close()
  const files = object({ json: decoded(String(jit['encoded_jit_config'])) })
  const settings = object({ json: decoded(String(files['.runner'])) })
  const credentials = object({ json: decoded(String(files['.credentials'])) })
  const runner = new ServiceClient(
    isJsonObject(credentials['data'] ?? null) ? String((credentials['data'] as JsonObject)['token']) : '',
  )
  const broker = String(settings['ServerUrlV2'])
  const session = object(
    await runner.post(`${broker}session`, {
      sessionId: '00000000-0000-0000-0000-000000000000',
      ownerName: 'test',
      agent: { id: settings['AgentId'], name: 'r', version: '2.336.0', osDescription: 'Linux' },
      useFipsEncryption: false,
    }),
  )
  const query = `sessionId=${String(session['sessionId'])}&status=Online&runnerVersion=2.336.0&os=Linux`
  const message = object(await runner.get(`${broker}message?${query}`))
  const offer = object({ json: parseJson(String(message['body'])) })
  const job = object(
    await runner.post(`${String(offer['run_service_url'])}acquirejob`, {
      jobMessageId: offer['runner_request_id'],
      runnerOS: 'Linux',
      billingOwnerId: offer['billing_owner_id'],
    }),
  )
  runner.close()
  return job as unknown as JobMessage
}

function decoded(base64: string) {
  return parseJson(Buffer.from(base64, 'base64').toString('utf8'))
}

function object({ json }: { readonly json: unknown }): JsonObject {
  assert.ok(isJsonObject(json), JSON.stringify(json))
  return json
}

test('the stand-ins upload, download, check out and cache against the embedded GitHub', {
  timeout: 30_000,
}, async () => {
  const repositoryPath = join(root, 'repository')
  const commit = makeRepository(repositoryPath)
  await using resources = new AsyncDisposableStack()
  const hub = await startHub({
    stateDir: join(root, 'state'),
    repositoryPath,
    host: '127.0.0.1',
    port: 0,
    token: 'owner-token',
    leaseSeconds: 60,
    latencyMs: 0,
  })
  resources.defer(() => hub.close())
  const repository = `${hub.repository.owner}/${hub.repository.name}`
  const job = await takeJob(hub.apiUrl, repository)
  const workspace = join(root, 'workspace')
  mkdirSync(workspace)

  const run = async (
    action: string,
    inputs: Readonly<Record<string, string>>,
    script: 'main' | 'post' = 'main',
  ) => {
    const manifest = standInManifest(action)
    assert.ok(manifest?.runs.kind === 'node')
    const temp = mkdtempSync(join(root, 'temp-'))
    const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
    const child = spawn(
      process.execPath,
      [script === 'main' ? manifest.runs.main : (manifest.runs.post?.script ?? '')],
      {
        cwd: workspace,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          RUNNER_TEMP: temp,
          GITHUB_WORKSPACE: workspace,
          GITHUB_REPOSITORY: repository,
          GITHUB_SHA: commit,
          GITHUB_REF: 'refs/heads/main',
          GITHUB_RUN_ID: '1',
          GITHUB_SERVER_URL: hub.serverUrl,
          GITHUB_API_URL: hub.apiUrl,
          GITHUB_OUTPUT: join(temp, 'output'),
          GITHUB_STATE: join(temp, 'state'),
          ACTIONS_RESULTS_URL: job.variables['system.github.results_endpoint']?.value,
          ACTIONS_RUNTIME_TOKEN: job.resources.endpoints[0]?.authorization.parameters.AccessToken,
          ...Object.fromEntries(variables),
        },
      },
    )
    let log = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        log += chunk
      })
    }
    await once(child, 'close')
    assert.equal(child.exitCode, 0, `${action}: ${log}`)
    return log
  }

  const token = job.variables['system.github.token']?.value ?? ''
  await run('actions/checkout', { token })
  assert.equal(readFileSync(join(workspace, '.github/workflows/w.yml'), 'utf8'), workflow)

  mkdirSync(join(workspace, 'out'))
  writeFileSync(join(workspace, 'out/a.txt'), 'a')
  await run('actions/upload-artifact', { name: 'result', path: 'out', 'retention-days': '3' })
  await run('actions/download-artifact', { name: 'result', path: 'again' })
  assert.equal(readFileSync(join(workspace, 'again/a.txt'), 'utf8'), 'a')

  assert.match(
    await run('actions/cache', { path: 'out', key: 'k-1', 'restore-keys': 'k-' }),
    /Cache not found/,
  )
  assert.match(await run('actions/cache', { path: 'out', key: 'k-1' }, 'post'), /Cache saved/)
  rmSync(join(workspace, 'out'), { recursive: true })
  assert.match(
    await run('actions/cache', { path: 'out', key: 'k-2', 'restore-keys': 'k-' }),
    /restored from key: k-1/,
  )
  assert.equal(readFileSync(join(workspace, 'out/a.txt'), 'utf8'), 'a')
})
