import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { runChecks } from '../check.ts'
import { destinationsOf } from './destinations.ts'
import { judgeClock, judgeNetwork, networkCheck, type Reached } from './network.ts'
import { proxyFor } from './proxy.ts'
import { reach } from './reach.ts'

const machine = { env: {}, platform: 'linux', uid: 1000 } as const

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

function ofBroker(port: number) {
  return destinationsOf({ apiUrl: `http://127.0.0.1:${port}/api/v3`, runnerRepositories: [] })
}

test('A hub is reached at its own address alone', () => {
  const apiUrl = 'http://127.0.0.1:8080/api/v3'
  assert.deepEqual(
    destinationsOf({ apiUrl, runnerRepositories: [] }).map(({ address }) => address),
    [`${apiUrl}/zen`],
  )
  const ofGitHub = destinationsOf({
    apiUrl: 'https://api.github.com',
    runnerRepositories: ['https://github.com/octo/queue'],
  }).map(({ address }) => new URL(address).host)
  assert.equal(new Set(ofGitHub).size, ofGitHub.length)
  for (const host of ['api.github.com', 'github.com', 'broker.actions.githubusercontent.com']) {
    assert.ok(ofGitHub.includes(host), host)
  }
})

test('Whoever answers is reached, and tells the time', async t => {
  const server = createHttp((_, answer) => answer.writeHead(401, { date: new Date(0).toUTCString() }).end())
  const port = await listening(t, server)
  const found = await runChecks([networkCheck(ofBroker(port), machine)])
  assert.match(found[0]?.what ?? '', new RegExp(`^127\\.0\\.0\\.1:${port} 401 in \\d+ ms$`))
  assert.match(found[1]?.what ?? '', /^this machine is \d+ s ahead of 127\.0\.0\.1/)
  assert.equal(found[1]?.severity, 'problem')
})

test('Each step that can fail is told by its name', async t => {
  const silent = await listening(
    t,
    createServer(socket => {
      t.after(() => socket.destroy())
    }),
  )
  const closed = createServer()
  const port = await listening(t, closed)
  closed.close()
  await once(closed, 'close')
  const failure = async (address: string) => {
    const { failedAt, reason } = await reach(address, AbortSignal.timeout(300))
    return [failedAt, reason]
  }
  assert.deepEqual(await failure(`http://127.0.0.1:${port}/`), ['tcp', 'ECONNREFUSED'])
  assert.deepEqual(await failure(`http://127.0.0.1:${silent}/`), ['http', 'ETIMEDOUT'])
  assert.deepEqual(await failure(`https://127.0.0.1:${silent}/`), ['tls', 'ETIMEDOUT'])
  assert.equal((await failure('http://name.invalid/'))[0], 'dns')
  const speaksNoTls = await listening(
    t,
    createServer(socket => socket.end('no')),
  )
  assert.equal((await failure(`https://127.0.0.1:${speaksNoTls}/`))[0], 'tls')
})

function reached(host: string, changes: Partial<Reached['reach']>, proxy: string | null = null): Reached {
  const base = { failedAt: null, reason: null, status: 200, addresses: [], tookMs: 20, aheadMs: null }
  const destination = { address: `https://${host}/`, purpose: 'jobs', isVital: true }
  return { destination, reach: { ...base, ...changes }, proxy }
}

test('A machine without any name server is one problem, and not one for each name', () => {
  const none = { failedAt: 'dns', reason: 'EAI_AGAIN' } as const
  const found = judgeNetwork([reached('a.com', none), reached('b.com', none)], machine)
  assert.deepEqual(
    found.map(({ severity }) => severity),
    ['problem'],
  )
  assert.match(found[0]?.what ?? '', /^no name can be looked up/)
  const half = judgeNetwork([reached('a.com', none), reached('b.com', {})], machine)
  assert.deepEqual(
    half.map(({ what }) => what),
    ['a.com has a name that cannot be looked up (EAI_AGAIN)', 'b.com 200 in 20 ms'],
  )
})

test('A certificate that is not valid yet points to the clock, and a proxy is named without its password', () => {
  const [tls] = judgeNetwork([reached('a.com', { failedAt: 'tls', reason: 'CERT_NOT_YET_VALID' })], machine)
  assert.equal(tls?.mend?.command, 'date -u')
  const [proxied] = judgeNetwork([reached('a.com', {}, 'proxy:3128')], machine)
  assert.equal(proxied?.what, 'a.com through proxy:3128 200 in 20 ms')
})

test('A clock that is a little off is a warning, one that is far off a problem', () => {
  const judge = (aheadMs: number) => judgeClock([reached('a.com', { aheadMs })], machine)[0]
  assert.equal(judge(900)?.severity, 'ok')
  assert.equal(judge(60_000)?.what, 'this machine is 60 s behind a.com')
  assert.equal(judge(60_000)?.mend?.command, 'sudo timedatectl set-ntp true')
  assert.equal(judge(-600_000)?.severity, 'problem')
  assert.deepEqual(judgeClock([reached('a.com', {})], machine), [])
})

test('The proxy of an address is that of the environment, unless it is excepted', () => {
  const env = { HTTPS_PROXY: 'http://user:secret@proxy:3128', NO_PROXY: 'localhost,.internal' }
  assert.equal(proxyFor('https://api.github.com/', env), env.HTTPS_PROXY)
  assert.equal(proxyFor('https://git.internal/', env), null)
  assert.equal(proxyFor('http://127.0.0.1:80/', env), null)
  assert.equal(proxyFor('https://api.github.com/', { ...env, NO_PROXY: '*' }), null)
})
