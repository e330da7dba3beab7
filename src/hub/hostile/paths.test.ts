import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertOnlyRefusalsTold, assertUnharmed, startHostileHub } from '../../../test/support/hostile-hub.ts'
import { testToken } from '../../../test/support/running-hub.ts'

const tricks: readonly string[] = [
  '..',
  '../../etc/passwd',
  '%2e%2e/%2e%2e/etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '..%5c..%5cwindows',
  '%252e%252e%252fetc',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'C:%5cwindows',
  '.git/config',
  '%00',
  'a%00b',
  'a%0aHEAD',
  '%ff%fe',
  '%zz',
  '--output=x',
  'HEAD:a',
  'main%5e%7bcommit%7d',
  'a'.repeat(9000),
  'a/'.repeat(4000),
]

/** Where a client's own words name something: GET, and the methods that would change it. */
const repository = '/repos/octo/queue'
const places: readonly (readonly [method: string, path: string])[] = [
  ['GET', `${repository}/contents/`],
  ['GET', `${repository}/contents/a?ref=`],
  ['PUT', `${repository}/contents/`],
  ['DELETE', `${repository}/contents/`],
  ['DELETE', `${repository}/contents/a?message=x&sha=`],
  ['DELETE', `${repository}/contents/a?message=x&sha=1&branch=`],
  ['GET', `${repository}/readme?ref=`],
  ['GET', `${repository}/branches/`],
  ['GET', `${repository}/tarball/`],
  ['GET', `${repository}/zipball/`],
  ['GET', `${repository}/compare/main...`],
  ['GET', `${repository}/compare/`],
  ['GET', `${repository}/git/ref/`],
  ['PATCH', `${repository}/git/refs/`],
  ['DELETE', `${repository}/git/refs/`],
  ['GET', `${repository}/git/commits/`],
  ['GET', `${repository}/git/blobs/`],
  ['GET', `${repository}/git/trees/`],
  ['GET', `${repository}/git/tags/`],
  ['GET', `${repository}/commits/`],
  ['GET', `${repository}/branches/`],
  ['GET', `${repository}/check-runs/`],
  ['PATCH', `${repository}/check-runs/`],
  ['GET', `${repository}/check-suites/`],
  ['GET', `${repository}/commits/main/check-runs?check_name=`],
  ['GET', `${repository}/collaborators/`],
  ['GET', `${repository}/commits?sha=`],
  ['GET', `${repository}/commits?path=`],
  ['GET', `${repository}/releases/`],
  ['GET', `${repository}/releases/tags/`],
  ['GET', `${repository}/releases/assets/`],
  ['DELETE', `${repository}/releases/`],
  ['DELETE', `${repository}/releases/assets/`],
  ['POST', `${repository}/releases/1/assets?name=`],
  ['POST', `/api/uploads${repository}/releases/1/assets?name=`],
  ['POST', '/api/uploads/'],
  ['GET', `${repository}/actions/artifacts/`],
  ['DELETE', `${repository}/actions/artifacts/`],
  ['GET', `${repository}/actions/artifacts?name=`],
  ['GET', `${repository}/actions/caches?key=`],
  ['DELETE', `${repository}/actions/caches?key=`],
  ['DELETE', `${repository}/actions/caches/`],
  ['GET', `${repository}/actions/workflows/`],
  ['GET', `${repository}/actions/concurrency_groups/`],
  ['DELETE', `${repository}/actions/secrets/`],
  ['DELETE', `${repository}/actions/variables/`],
  ['DELETE', `${repository}/actions/runners/1/labels/`],
  ['GET', '/-/tarballs/'],
  ['GET', '/-/zipballs/'],
  ['GET', '/-/logs/jobs/'],
  ['GET', '/_blobs/'],
  ['PUT', '/_blobs/'],
  ['GET', '/octo/queue/'],
  ['GET', '/octo/queue/actions/'],
  ['GET', '/octo/queue/info/refs?service=git-upload-pack&x='],
  ['GET', '/octo/queue/info/refs?service='],
  ['GET', '/octo/queue.git/'],
  ['POST', '/octo/queue/git-receive-pack?x='],
  ['POST', '/octo/queue/'],
  ['GET', '/octo/'],
  ['POST', '/twirp/'],
]

test('Whatever stands in a line for the operator, it stays one line', async t => {
  const { hub, said } = await startHostileHub(t)
  hub.faults.set([{ kind: 'latency', delay_ms: 0, path: '/a\nrelayq: all is well\x1b[2J' }])
  assert.deepEqual(said, ['faults are on: latency delay_ms=0 path=/a relayq: all is well [2J\n'])
})

test('A path that is a trick names nothing, wherever it stands', async t => {
  const hub = await startHostileHub(t)
  const port = new URL(hub.hub.url).port
  for (const [method, place] of places) {
    for (const trick of tricks) {
      const head = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${testToken}\r\nConnection: close\r\n`
      const answer = await hub.exchange(`${method} ${place}${trick} HTTP/1.1\r\n${head}\r\n`)
      const shown = `${method} ${place}${trick.slice(0, 40)}: ${answer.slice(0, 200)}`
      assert.match(answer, /^HTTP\/1\.1 [1-4]\d\d /, shown)
      assert.doesNotMatch(answer, /root:|repositoryformatversion/, shown)
    }
  }
  assertOnlyRefusalsTold(hub)
  await assertUnharmed(hub)
})
