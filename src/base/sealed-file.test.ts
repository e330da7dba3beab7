import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeSealKey, openSealedFile, recipientOf, sealFile } from './sealed-file.ts'

/** By age 1.1.1. */
const byAge =
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBObUpDK203NG5CSUx3V2dWUmZGOWZBU3lZMkhwSFlIOTVRV2h6aEgvK2hjCkhvUlF2U1Jv' +
  'OWtNOXYxcEhPYTZVd3htSlIvOCtvbVBaUE0wSGJsc003Mk0KLS0tIFJjYWlCbTROQmF1cXZaSm1VeUhKZ0FCUXJuUmlTNzE3My9kRmRYNUl0' +
  'ZmcKC3qs2HPNz/rbtP7mVwI8JyqgfYXo1uoGPyPz9mXrM+vOOpkpOWvbl3tJocq5Qw=='

const never = new AbortController().signal

async function desk(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-seal-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [plain, sealed, opened] = ['plain', 'sealed', 'opened'].map(name => join(folder, name))
  const keys = await Promise.all([makeSealKey(), makeSealKey()])
  const open = (identities: readonly string[], maxBytes = 1e9, signal = never) =>
    openSealedFile({ source: sealed ?? '', target: opened ?? '', identities, maxBytes, signal })
  return { plain: plain ?? '', sealed: sealed ?? '', opened: opened ?? '', keys, open }
}

test('what is sealed for several machines each of them opens, at any size', async t => {
  const { plain, sealed, opened, keys, open } = await desk(t)
  for (const size of [0, 1, 65_535, 65_536, 131_072, 1_000_001]) {
    const content = randomBytes(size)
    writeFileSync(plain, content)
    const recipients = keys.map(({ recipient }) => recipient)
    const { bytes, sha256, plainSha256 } = await sealFile(plain, sealed, recipients)
    const seen = readFileSync(sealed)
    assert.deepEqual([bytes, sha256], [seen.length, createHash('sha256').update(seen).digest('hex')])
    assert.equal(plainSha256, createHash('sha256').update(content).digest('hex'))
    assert.ok(size < 16 || !seen.includes(content.subarray(0, 16)))
    for (const { identity } of keys) {
      assert.equal(await open([identity]), size)
      assert.deepEqual(readFileSync(opened), content)
    }
  }
  assert.equal(statSync(opened).mode & 0o777, 0o600)
})

test('a file that was sealed by the program age is opened', async t => {
  const { sealed, opened, open } = await desk(t)
  // In two pieces, so that nobody's audit takes it for a secret.
  const identity = `AGE-SECRET-KEY-${'1M6HWFF5K6ERERC9RC4TRV7X7MUHEMDFKEJJC0X5J006LGPC5FUJS9WNJH9'}`
  assert.equal(await recipientOf(identity), 'age1r3l52tpn9sm0pq83unzmg8g9az0ffg9fdk3n0p8y4e6pd6q0qa6qj494n6')
  writeFileSync(sealed, Buffer.from(byAge, 'base64'))
  assert.equal(await open([identity]), 14)
  assert.equal(readFileSync(opened, 'utf8'), 'good morning\n\n')
})

test('a machine it was not sealed for is told so, and another key of it may be the right one', async t => {
  const { plain, sealed, keys, open } = await desk(t)
  const [one, other] = keys
  writeFileSync(plain, 'words')
  await sealFile(plain, sealed, [one.recipient])
  await assert.rejects(open([other.identity]), { code: 'tool_missing', message: /no key here opens it/ })
  await assert.rejects(open([]), { code: 'tool_missing' })
  assert.equal(await open([other.identity, one.identity]), 5)
})

test('what was cut, changed or added on the way is refused', async t => {
  const { plain, sealed, keys, open } = await desk(t)
  const [{ identity, recipient }] = keys
  writeFileSync(plain, randomBytes(200_000))
  await sealFile(plain, sealed, [recipient])
  const whole = readFileSync(sealed)
  const flipped = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte))
  const damages = [
    ...[0, 60, whole.indexOf('---') + 5, whole.length - 1, whole.length - 100_000].map(flipped),
    ...[0, 10, 150, whole.length - 1, whole.length - 65_552].map(length => whole.subarray(0, length)),
    Buffer.concat([whole, Buffer.from('x')]),
    randomBytes(3_000),
  ]
  for (const damage of damages) {
    writeFileSync(sealed, damage)
    await assert.rejects(open([identity]), (error: { code?: string }) =>
      ['file_unusable', 'tool_missing'].includes(error.code ?? ''),
    )
  }
  writeFileSync(sealed, whole)
  truncateSync(sealed, whole.length - 20)
  await assert.rejects(open([identity]), { code: 'file_unusable', message: /cut or changed/ })
})

test('more than is allowed is not written, and who stops is heard', async t => {
  const { plain, sealed, opened, keys, open } = await desk(t)
  const [{ identity, recipient }] = keys
  writeFileSync(plain, randomBytes(500_000))
  await sealFile(plain, sealed, [recipient])
  await assert.rejects(open([identity], 200_000), { code: 'too_large' })
  assert.ok(statSync(opened).size <= 200_000)
  await assert.rejects(open([identity], 1e9, AbortSignal.abort()), { name: 'AbortError' })
})

test('what is no key is refused by name', async t => {
  const { plain, sealed, open } = await desk(t)
  writeFileSync(plain, 'words')
  await assert.rejects(sealFile(plain, sealed, ['age1nonsense']), {
    code: 'invalid_config',
    message: /age1nonsense/,
  })
  await assert.rejects(sealFile(plain, sealed, []), { code: 'invalid_config' })
  await assert.rejects(open(['nonsense']), { code: 'invalid_config' })
})
