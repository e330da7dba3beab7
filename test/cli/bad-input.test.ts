import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { type Ended, makeDesk } from '../support/relayq-process.ts'
import { startTestHub } from '../support/running-hub.ts'

/** One sentence, a next step, the right exit code, nothing on stdout and no stack. */
function assertRefused(ended: Ended, code: number, sentence: RegExp): void {
  assert.match(ended.stderr, sentence)
  assert.equal(ended.code, code, ended.stderr)
  assert.equal(ended.stdout, '')
  assert.match(ended.stderr, /^relayq: .+\n {2}\S/m)
  assert.doesNotMatch(ended.stderr, /^\s+at /m)
}

test('Without any broker both ways out are named', async t => {
  const desk = makeDesk(t)
  assertRefused(await desk.relayq(['dispatch', 'noop.yml', 'url=x']), 4, /relayq up.*gh auth login/)
})

test('A hub that is not there ends with 75', async t => {
  const desk = makeDesk(t)
  const env = { RELAYQ_API_URL: 'http://127.0.0.1:1', RELAYQ_TOKEN: 't', GH_REPO: 'octo/queue' }
  assertRefused(
    await desk.relayq(['dispatch', 'noop.yml', 'url=x', '--ref', 'main'], env),
    75,
    /cannot be reached/,
  )
  assertRefused(await desk.relayq(['runners'], env), 75, /cannot be reached/)
})

test('A wrong token, workflow, input and policy each end with their own code', async t => {
  const desk = makeDesk(t)
  const { hub } = await startTestHub(t)
  const env = { RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: 'token-of-the-owner', GH_REPO: 'octo/queue' }
  const dispatch = (...words: string[]) => desk.relayq(['dispatch', ...words], env)
  const wrong = { ...env, RELAYQ_TOKEN: 'wrong' }
  assertRefused(await desk.relayq(['dispatch', 'echo.yml', 'text=a'], wrong), 4, /does not accept the token/)
  assertRefused(await dispatch('absent.yml', 'text=a'), 2, /absent\.yml/)
  assertRefused(await dispatch('echo.yml', 'text=a', 'colour=blue'), 2, /colour/)
  assertRefused(await dispatch('echo.yml'), 2, /text/)

  const policy = join(desk.folder, 'policy.yaml')
  writeFileSync(policy, 'routes:\n  transcribe:\n    preferr: [macmini]\n')
  const submit = ['submit', 'transcribe', 'url=https://a.example/a.mp3']
  assertRefused(
    await desk.relayq(submit, { ...env, RELAYQ_POLICY: policy }),
    2,
    /policy\.yaml:3:5: .*preferr/,
  )
  assertRefused(await desk.relayq(['submit', 'transcrib', 'url=x'], env), 2, /transcrib/)
  assertRefused(await desk.relayq(['view', 'nosuchjob'], env), 1, /nosuchjob/)
})

test('A file that cannot be sent along is refused before a word of sending it', async t => {
  const desk = makeDesk(t)
  const { hub } = await startTestHub(t)
  const env = { RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: 'token-of-the-owner', GH_REPO: 'octo/queue' }
  writeFileSync(join(desk.checkout, 'empty.mp3'), '')
  const cases: [string, number, RegExp][] = [
    ['./missing.mp3', 1, /^relayq: \S+missing\.mp3 cannot be sent along: there is no such file\.$/m],
    ['./empty.mp3', 1, /cannot be sent along: it is empty\.$/m],
    ['.', 1, /cannot be sent along: it is no file\.$/m],
    ['result=jnone', 2, /no result of "jnone"/],
  ]
  for (const [file, code, sentence] of cases) {
    const refused = await desk.relayq(['submit', 'transcribe', file], env)
    assertRefused(refused, code, sentence)
    assert.doesNotMatch(refused.stderr, /is sent along/)
  }
})

test('A port in use ends with 1, and nothing is left behind', async t => {
  const desk = makeDesk(t)
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const port = String((other.address() as AddressInfo).port)
  assertRefused(await desk.relayq(['up', '--port', port]), 1, /in use/)
  assertRefused(await desk.relayq(['up', '--detach', '--port', port]), 1, /in use/)
  assertRefused(await desk.relayq(['up', '--env']), 4, /No hub is running/)
})

test('Words that are not known end with 2 and the nearest known one', async t => {
  const desk = makeDesk(t)
  const unknown = await desk.relayq(['dispach', 'x.yml'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /^relayq: unknown command 'dispach'\n {2}Did you mean dispatch\?\n/)
  const option = await desk.relayq(['submit', '--prio', '1', 'transcribe'])
  assert.equal(option.code, 2)
  assert.match(option.stderr, /relayq: unknown option '--prio'/)
  assert.equal((await desk.relayq(['dispatch'])).code, 2)
})

test('Help and version need nothing and end with 0', async t => {
  const desk = makeDesk(t)
  const version = await desk.relayq(['--version'])
  assert.deepEqual([version.code, /^\d+\.\d+\.\d+\n$/.test(version.stdout)], [0, true])
  const help = await desk.relayq(['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /submit/)
  assert.doesNotMatch(help.stdout, /hub +serve/)
  assert.match((await desk.relayq(['dispatch', '--help'])).stdout, /--no-route/)
})

test('config shows values and origins, and no secret', async t => {
  const desk = makeDesk(t)
  writeFileSync(join(desk.folder, 'config', 'env'), 'WHISPER_MODEL=small\nAI_API_KEY=sk-very-secret\n', {
    mode: 0o600,
  })
  const shown = await desk.relayq(['config'], { GH_TOKEN: 'gh-secret' })
  assert.equal(shown.code, 0)
  assert.match(shown.stdout, /^WHISPER_MODEL\tsmall\t.*config\/env$/m)
  assert.match(shown.stdout, /^RELAYQ_POLICY\tpolicy\/policy\.yaml\tdefault$/m)
  const json = await desk.relayq(['config', '--json'], { GH_TOKEN: 'gh-secret' })
  assert.ok(Array.isArray(JSON.parse(json.stdout)))
  assert.doesNotMatch(shown.stdout + shown.stderr + json.stdout, /secret/)
})

test('A reader that goes away ends a command quietly', async t => {
  const desk = makeDesk(t)
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')
  const child = spawn(process.execPath, [main, 'config', '--json'], { cwd: desk.checkout, env: desk.env })
  child.stdout.destroy()
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(stderr, '')
  assert.equal(child.signalCode, null)
})

test('A relayq.yaml that cannot be read is told by its place, by every command', async t => {
  const desk = makeDesk(t)
  writeFileSync(join(desk.checkout, 'relayq.yaml'), 'repositry: octo/queue\n')
  for (const command of ['list', 'doctor']) {
    const { code, stderr } = await desk.relayq([command])
    assert.equal(code, 2)
    assert.match(stderr, /relayq\.yaml:1:1: unknown key "repositry"\.\n {2}Did you mean repository\?/)
  }
})
