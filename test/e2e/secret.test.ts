import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestFleet, untilCompleted } from '../support/fleet.ts'
import { runRelayq } from '../support/relayq-process.ts'

const secret = 'correct horse "battery" $staple'

const workflow = `on: workflow_dispatch
jobs:
  tell:
    runs-on: [self-hosted, box]
    steps:
      - run: echo "it is <$PASS>"
        env:
          PASS: \${{ secrets.PASS_PHRASE }}
`

test('a secret that was set by hand reaches a job, and nothing else', { timeout: 60_000 }, async t => {
  const fleet = await startTestFleet(t, { workflows: { 'tell.yml': workflow } })
  const relayq = (words: readonly string[], input = '') =>
    runRelayq(words, fleet.checkout, { ...fleet.env, RELAYQ_API_URL: fleet.fleet.hub.apiUrl }, input)

  const set = await relayq(['secret', 'set', 'pass_phrase'], `${secret}\n`)
  assert.equal(set.code, 0, set.stderr)
  assert.match(set.stderr, /PASS_PHRASE is created/)
  assert.equal(set.stdout, '')
  assert.match((await relayq(['secret', 'set', 'PASS_PHRASE'], secret)).stderr, /PASS_PHRASE is updated/)
  const listed = await relayq(['secret', 'list', '--json', 'name'])
  assert.deepEqual(JSON.parse(listed.stdout), [{ name: 'PASS_PHRASE' }])

  const run = await fleet.start('tell.yml')
  await untilCompleted(fleet, run)
  const [job] = await fleet.broker.listJobs(run)
  const log = (await fleet.broker.readJobLog(job?.id ?? 0)) ?? ''
  assert.match(log, /it is <\*\*\*>/)
  for (const text of [log, set.stderr, listed.stdout, listed.stderr, ...fleet.said]) {
    assert.equal(text.includes('battery'), false, text)
  }

  assert.equal((await relayq(['secret', 'remove', 'PASS_PHRASE'])).code, 0)
  const again = await relayq(['secret', 'remove', 'PASS_PHRASE'])
  assert.equal(again.code, 2)
  assert.match(again.stderr, /relayq secret list/)
  const none = await relayq(['secret', 'list'])
  assert.equal(none.stdout, '')
  assert.match(none.stderr, /^relayq: there is no secret; relayq secret set NAME sets one$/m)
})

test('a secret is refused as an argument, without a value, and by a name GitHub does not take', async t => {
  const fleet = await startTestFleet(t, { workflows: { 'tell.yml': workflow }, runners: [] })
  const relayq = (words: readonly string[], input = '') => runRelayq(words, fleet.checkout, fleet.env, input)
  const cases = [
    { words: ['API_KEY=hunter2'], says: /A secret is no argument/ },
    { words: ['API_KEY', 'hunter2'], says: /too many arguments/ },
    { words: ['API_KEY'], says: /There is no value for API_KEY/ },
    { words: ['GITHUB_KEY'], says: /GitHub takes no secret of the name "GITHUB_KEY"/ },
    { words: ['API KEY'], says: /GitHub takes no secret of the name "API KEY"/ },
    { words: ['API_KEY'], input: 'x'.repeat(49 * 1024), says: /limit of 48 KB/ },
    { words: ['API_KEY'], input: 'x'.repeat(2 * 1024 * 1024), says: /larger than any secret/ },
    { words: ['API_KEY'], input: 'a\0b', says: /is no text/ },
  ]
  for (const { words, input, says } of cases) {
    const { code, stderr } = await relayq(['secret', 'set', ...words], input)
    assert.equal(code, 2, stderr)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /hunter2/)
  }
})
