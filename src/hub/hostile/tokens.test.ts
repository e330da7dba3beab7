import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import {
  assertOnlyRefusalsTold,
  type HostileHub,
  startHostileHub,
} from '../../../test/support/hostile-hub.ts'
import { type HubRoute, routesOfHub } from '../../../test/support/hub-routes.ts'
import { startPermittedJob, startTestHub, tokenWithScope } from '../../../test/support/running-hub.ts'
import { signRegistrationToken } from '../registration-token.ts'
import { openSigner } from '../signing.ts'

interface Attempt extends HubRoute {
  /** Below the repository; null for a route that is not. */
  readonly place: string | null
}

/** REST routes that have a third address, which the router does not know: a path is made theirs before it sees it. */
const otherAddresses: readonly Attempt[] = [
  {
    method: 'POST',
    path: '/api/uploads/repos/octo/queue/releases/1/assets?name=x',
    place: '/releases/1/assets',
  },
  { method: 'POST', path: '/api/graphql', place: null },
]

/** Every REST route, at all of its addresses, with parameters that stand for what exists: run, job and runner 1. */
const routes: readonly Attempt[] = (await routesOfHub())
  .filter(({ method, path }) => method !== 'ALL' && /^\/(api\/v3|repos|user|graphql|relayq)(\/|$)/.test(path))
  .map(({ method, path }) => {
    const concrete = path
      .replace('/:owner/:repo', '/octo/queue')
      .replaceAll(/:\w+(\{[^}]*\})?\??/g, '1')
      .replace('*', 'x')
    const place = /\/repos\/octo\/queue(.*)$/.exec(concrete)?.[1] ?? null
    return { method, path: concrete, place }
  })
  .concat(otherAddresses)

/** The repository for git itself, to write. */
const pushes: readonly Attempt[] = ['/octo/queue', '/octo/queue.git'].flatMap(path => [
  { method: 'GET', path: `${path}/info/refs?service=git-receive-pack`, place: null },
  { method: 'POST', path: `${path}/git-receive-pack`, place: null },
])

/** The same to read. */
const fetches: readonly Attempt[] = [
  { method: 'GET', path: '/octo/queue/info/refs?service=git-upload-pack', place: null },
  { method: 'POST', path: '/octo/queue/git-upload-pack', place: null },
]

const isWrite = ({ method }: Attempt): boolean => method !== 'GET'
const isOwners = ({ path }: Attempt): boolean => path.includes('/relayq/')
const below = ({ place }: Attempt, ...places: readonly string[]): boolean =>
  places.some(start => place?.startsWith(start))

async function expect(hub: HostileHub, attempts: readonly Attempt[], token: string, status: number) {
  assert.ok(attempts.length > 0, 'the table is not empty')
  const before = await visibleState(hub)
  for (const { method, path } of attempts) {
    const body = method === 'GET' ? undefined : '{}'
    assert.equal(await hub.ask(method, path, token, body), status, `${method} ${path}`)
  }
  assert.deepEqual(await visibleState(hub), before, 'nothing has changed')
  assert.ok(
    hub.said.some(line => line.startsWith('refused ') && line.includes(`(${status})`)),
    'the operator hears of it',
  )
  assertOnlyRefusalsTold(hub)
}

/** What a request that got through would have changed. */
async function visibleState({ json }: HostileHub): Promise<readonly unknown[]> {
  const lists = ['runs', 'workflows', 'runners', 'secrets', 'variables', 'caches', 'artifacts']
  return await Promise.all(lists.map(async list => (await json(`/actions/${list}`)).body))
}

async function foreignTokens(t: TestContext): Promise<readonly string[]> {
  const other = await startTestHub(t, undefined, { token: 'token-of-another-owner' })
  const headers = { Authorization: 'Bearer token-of-another-owner' }
  const post = async (path: string, body: object): Promise<string> => {
    const answer = await fetch(other.hub.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return ((await answer.json()) as { token: string }).token
  }
  const setUp = '/repos/octo/queue/actions/runners/registration-token'
  return [
    'token-of-another-owner',
    await post('/relayq/tokens', { name: 'x', scope: 'admin' }),
    await post(setUp, {}),
  ]
}

test('The walk sees every REST route', () => {
  assert.ok(routes.length > 150)
  assert.ok(routes.some(({ path }) => path.startsWith('/api/v3/repos/octo/queue/actions/runs/1')))
})

test('A guess, another hub’s token and an expired one open no route', async t => {
  const hub = await startHostileHub(t)
  const expired = signRegistrationToken(openSigner(hub.stateDir), 'remove', Date.now() - 1000)
  const forged = signRegistrationToken(openSigner(temporaryFolder(t)), 'remove', Date.now() + 60_000)
  for (const token of [
    'rqt_guess',
    `rqj_1_${'A'.repeat(43)}`,
    forged,
    expired,
    ...(await foreignTokens(t)),
  ]) {
    await expect(hub, [...routes, ...pushes, ...fetches], token, 401)
  }
})

test('A token to read writes nothing', async t => {
  const hub = await startHostileHub(t)
  await hub.startEcho('waits')
  const token = await tokenWithScope(hub, 'read')
  const writes = routes.filter(route => isOwners(route) || (route.place !== null && isWrite(route)))
  await expect(hub, [...writes, ...pushes], token, 403)
})

test('A token to dispatch does nothing that is the owner’s', async t => {
  const hub = await startHostileHub(t)
  await hub.startEcho('waits')
  const token = await tokenWithScope(hub, 'dispatch')
  const places = ['/actions/runners', '/actions/secrets', '/actions/variables', '/actions/cache/']
  const elsewhere = (route: Attempt): boolean => !below(route, '/actions/') || below(route, ...places)
  const owners = routes.filter(
    route => isOwners(route) || (route.place !== null && isWrite(route) && elsewhere(route)),
  )
  await expect(hub, [...owners, ...pushes], token, 403)
})

test('A job’s token does what its permissions grant and nothing else, and nothing once the job has ended', async t => {
  const hub = await startHostileHub(t)
  const job = await startPermittedJob(hub, '{actions: read}')
  const token = job.githubToken
  const granted = (route: Attempt): boolean =>
    !isWrite(route) &&
    (route.place === '' ||
      below(route, '/collaborators/') ||
      (below(route, '/actions/') &&
        !below(route, '/actions/runners', '/actions/secrets', '/actions/variables', '/actions/cache/')))
  const others = routes.filter(route => isOwners(route) || (route.place !== null && !granted(route)))
  // The cache's usage is the repository's to read; its limits are the owner's.
  await expect(
    hub,
    others.filter(({ place }) => place !== '/actions/cache/usage'),
    token,
    403,
  )
  await expect(hub, [...pushes, ...fetches], token, 403)
  assert.equal(await hub.ask('GET', '/repos/octo/queue/actions/runs', token), 200)
  await job.complete('succeeded')
  for (const dead of [token, job.token]) await expect(hub, [...routes, ...pushes, ...fetches], dead, 401)
})
