import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifyProcess } from '../base/process-identity.ts'
import { type BrokerChoice, chooseBroker } from './broker.ts'
import type { HubFile } from './hub-file.ts'
import type { KeptQueue } from './kept-queues.ts'
import { loadConfig } from './load.ts'
import { findPaths } from './paths.ts'
import type { SettingName } from './settings.ts'

const self = identifyProcess(process.pid)
const hub: HubFile = {
  url: 'http://127.0.0.1:8123',
  apiUrl: 'http://127.0.0.1:8123/api/v3',
  serverUrl: 'http://github.localhost:8123',
  token: 'hub-token',
  instanceId: 'one',
  repository: { owner: 'octo', name: 'queue' },
  defaultBranch: 'main',
  loginUrl: '',
  pid: process.pid,
  pidStartTime: self?.startTime ?? '',
  runners: [],
}
const kept: KeptQueue = {
  apiUrl: 'https://api.github.com',
  owner: 'kept',
  repo: 'queue',
  tokens: { submit: 'file' },
}
const remote = { host: 'github.com', owner: 'from', repo: 'remote', defaultBranch: 'trunk' }

interface Situation {
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: Partial<Readonly<Record<SettingName, string>>>
  readonly hub?: HubFile | null
  readonly remote?: typeof remote | null
  readonly ghToken?: string | null
  readonly kept?: KeptQueue | null
}

async function choose(situation: Situation): Promise<BrokerChoice> {
  const env = situation.env ?? {}
  const paths = findPaths({ HOME: '/nonexistent' })
  const config = await loadConfig({ env, paths, checkout: null, flags: situation.flags ?? {} })
  return chooseBroker({
    config,
    hub: () => situation.hub ?? null,
    hubLog: () => (situation.hub ? '/state/up.log' : null),
    kept: () => situation.kept ?? null,
    keptToken: async queue =>
      situation.kept?.repo === queue.repo && situation.kept.apiUrl === queue.apiUrl ? 'kept-token' : null,
    gitRemote: async () => situation.remote ?? null,
    ghToken: async () => situation.ghToken ?? null,
  })
}

const environment = {
  RELAYQ_API_URL: 'http://10.0.0.1:9000',
  RELAYQ_TOKEN: 'given',
  GH_REPO: 'env/repo',
}

test('Flags outrank the environment, which outranks a live hub, which outranks the git remote', async () => {
  const all = { env: environment, hub, remote, ghToken: 'gh' }
  const flags = { RELAYQ_API_URL: 'https://ghe.example.com', GH_REPO: 'flag/repo' }
  assert.deepEqual(shown(await choose({ ...all, flags })), [
    'https://ghe.example.com/api/v3',
    'flag/repo',
    'given',
  ])
  assert.deepEqual(shown(await choose(all)), ['http://10.0.0.1:9000/api/v3', 'env/repo', 'given'])
  assert.deepEqual(shown(await choose({ hub, remote, ghToken: 'gh' })), [
    hub.apiUrl,
    'octo/queue',
    'hub-token',
  ])
  assert.deepEqual(shown(await choose({ remote, ghToken: 'gh' })), [
    'https://api.github.com',
    'from/remote',
    'gh',
  ])
})

test('A repository and a token of GitHub outrank a live hub; a token alone chooses nothing', async () => {
  const env = { GH_REPO: 'octo/queue', GH_TOKEN: 'gh' }
  assert.deepEqual(shown(await choose({ env, hub })), ['https://api.github.com', 'octo/queue', 'gh'])
  assert.equal((await choose({ env: { GH_TOKEN: 'gh' }, hub })).token, 'hub-token')
})

test('What relayq init set up comes after a live hub and before the git remote, with its own token', async () => {
  const all = { kept, remote, ghToken: 'gh' }
  assert.equal((await choose({ ...all, hub })).token, 'hub-token')
  assert.deepEqual(shown(await choose(all)), ['https://api.github.com', 'kept/queue', 'kept-token'])
  assert.equal((await choose({ ...all, env: { GH_TOKEN: 'given' } })).token, 'given')
})

test('A token that relayq init keeps goes to its own queue only', async () => {
  const atItsServer = { kept: { ...kept, apiUrl: 'https://ghe.example.com/api/v3' }, remote }
  const there = await choose({ ...atItsServer, env: { RELAYQ_API_URL: 'https://ghe.example.com/api/v3/' } })
  assert.deepEqual(shown(there), ['https://ghe.example.com/api/v3', 'kept/queue', 'kept-token'])
  const other = await choose({ kept, env: { GH_REPO: 'kept/other' }, ghToken: 'gh' })
  assert.equal(other.token, 'gh')
  const same = await choose({ kept, env: { GH_REPO: 'kept/queue' }, ghToken: 'gh' })
  assert.equal(same.token, 'kept-token')
  const elsewhere = { RELAYQ_API_URL: 'https://ghe.example.com', GH_REPO: 'kept/queue' }
  await assert.rejects(choose({ kept, env: elsewhere }), { code: 'not_authorized' })
})

test('A hub whose process is gone, or whose number another process has now, is not live', async () => {
  const gone = { ...hub, pid: 2 ** 22 + 1 }
  const recycled = { ...hub, pidStartTime: 'long ago' }
  for (const dead of [gone, recycled]) {
    assert.equal((await choose({ hub: dead, remote, ghToken: 'gh' })).repo, 'remote')
  }
})

test('Without any broker both ways out are named, with exit code 4', async () => {
  await assert.rejects(choose({}), error => {
    assert.ok(error instanceof Error && 'exitCode' in error && 'hint' in error)
    assert.equal(error.exitCode, 4)
    assert.match(String(error.hint), /relayq up/)
    assert.match(String(error.hint), /relayq init.*gh auth login.*GH_TOKEN and GH_REPO/)
    return true
  })
  await assert.rejects(choose({ remote }), { code: 'not_authorized', hint: /gh auth login.*relayq up/ })
})

test('A token of the environment does not follow a remote to an unknown host', async () => {
  const elsewhere = { ...remote, host: 'git.evil.example' }
  await assert.rejects(choose({ env: { GH_TOKEN: 'gh' }, remote: elsewhere }), { code: 'not_authorized' })
  assert.equal((await choose({ env: { GH_TOKEN: 'gh' }, remote })).token, 'gh')
})

function shown({ apiUrl, owner, repo, token }: BrokerChoice): readonly string[] {
  return [apiUrl, `${owner}/${repo}`, token]
}

test('a hub that ended without being stopped is told from one that never was', async () => {
  const gone = { ...hub, pidStartTime: 'another start' }
  await assert.rejects(choose({ hub: gone }), {
    code: 'no_broker',
    message: 'The hub of this checkout has ended by itself.',
    hint: /^Its log is \/state\/up\.log\. Start one here with: relayq up/,
  })
  assert.equal((await choose({ hub: gone, remote, ghToken: 't' })).repo, 'remote')
})
