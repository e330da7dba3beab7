import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { models } from '../../src/cli/commands/models.ts'
import { serveOnLoopback } from '../support/loopback-server.ts'
import { parseCommand } from '../support/parse-command.ts'
import { actOnceSaid, makeDesk } from '../support/relayq-process.ts'

test('models takes an action, and a name where it needs one', () => {
  assert.deepEqual(parseCommand(models, ['list', '--available', '--json', 'name,fits']), {
    action: 'list',
    available: true,
    json: ['name', 'fits'],
  })
  assert.deepEqual(parseCommand(models, ['pull', 'turbo']), { action: 'pull', name: 'large-v3-turbo' })
  for (const words of [['pull'], ['list', 'base'], ['push', 'base'], ['remove', '../base']]) {
    assert.throws(() => parseCommand(models, words), { code: 'usage' })
  }
})

test('A misspelt model is guessed', async t => {
  const { code, stderr } = await makeDesk(t).relayq(['models', 'pull', 'bsae'])
  assert.equal(code, 2)
  assert.match(stderr, /Did you mean: relayq models pull base\n/)
})

test('Models are listed with what they take and which is used, and removed from the cache alone', async t => {
  const desk = makeDesk(t)
  const cache = join(desk.folder, 'cache', 'models')
  const other = join(desk.folder, 'other')
  for (const folder of [cache, other]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(cache, 'ggml-base.bin'), Buffer.alloc(2_097_152))
  writeFileSync(join(other, 'ggml-tiny.bin'), '')
  const env = { RELAYQ_MODEL_DIRS: other, WHISPER_MODEL: 'tiny' }

  const listed = await desk.relayq(['models', 'list', '--json'], env)
  assert.deepEqual(JSON.parse(listed.stdout), [
    { name: 'base', sizeMb: 2, path: join(cache, 'ggml-base.bin'), fits: true, isDefault: false },
    { name: 'tiny', sizeMb: 0, path: join(other, 'ggml-tiny.bin'), fits: true, isDefault: true },
  ])
  const available = await desk.relayq(['models', 'list', '--available'], env)
  assert.match(available.stdout, /^large-v3-turbo\t1536 MB\t.*\tnot here$/m)

  assert.equal((await desk.relayq(['models', 'remove', 'tiny'], env)).code, 2)
  assert.equal((await desk.relayq(['models', 'remove', 'base'], env)).code, 0)
  assert.deepEqual([readdirSync(cache), readdirSync(other)], [[], ['ggml-tiny.bin']])
})

test('A machine without a model is told how to get one', async t => {
  const { code, stdout, stderr } = await makeDesk(t).relayq(['models', 'list'])
  assert.deepEqual([code, stdout], [0, ''])
  assert.match(stderr, /relayq models pull base/)
})

test('A pull says what it brings and from where, that it waits, and ends soon where nobody is', async t => {
  const desk = makeDesk(t)
  const held: ServerResponse[] = []
  const origin = await serveOnLoopback(t, (_request, response) => void held.push(response))
  const pull = (url: string, act: () => unknown) =>
    actOnceSaid(
      { ...desk, env: { ...desk.env, RELAYQ_MODELS_URL: url } },
      ['models', 'pull', 'base'],
      /waiting/,
      act,
    )
  const silent = await pull(origin, () => held.map(response => response.writeHead(404).end()))
  const { host } = new URL(origin)
  const [fetching, waiting, ...end] = silent.stderr.split('\n')
  assert.equal(fetching, `relayq: fetching ggml-base.bin, 142 MB, from ${host}`)
  assert.equal(waiting, `relayq: ${host} has sent nothing for 3 s; waiting`)
  assert.match(end.join('\n'), /^relayq: .* answered 404/)

  const refused = await pull('http://127.0.0.1:1', () => assert.fail('it does not wait'))
  assert.equal(refused.code, 75)
  assert.match(
    refused.stderr,
    /^relayq: fetching .*\nrelayq: 127\.0\.0\.1:1 cannot be reached: the connection was refused\./,
  )
})

test('A pull is refused for a wrong checksum, an unpublished name, and a place that is not there', async t => {
  const desk = makeDesk(t)
  const asked: (string | undefined)[] = []
  const origin = await serveOnLoopback(t, (request, response) => {
    asked.push(request.url)
    response.end('lmgg and something else')
  })
  const url = `${origin}/main`
  const wrong = await desk.relayq(['models', 'pull', 'base'], { RELAYQ_MODELS_URL: url })
  assert.equal(wrong.code, 75)
  assert.match(wrong.stderr, /another checksum; it was thrown away/)
  assert.deepEqual(asked, ['/main/ggml-base.bin'])
  assert.deepEqual(readdirSync(join(desk.folder, 'cache', 'models')), [])

  const unknown = await desk.relayq(['models', 'pull', 'enormous'], { RELAYQ_MODELS_URL: url })
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /large-v3-turbo/)
})
