import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { recipientOf } from '../base/sealed-file.ts'
import { parseRecipients } from './recipients.ts'
import { ensureRunnerKey, readIdentities } from './runner-key.ts'

function keyFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-key-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'config', 'runner-key.txt')
}

test('a machine has one key, whoever asks first, that only its user may read', async t => {
  const file = keyFile(t)
  assert.deepEqual(await readIdentities(file), [])
  const made = await Promise.all(Array.from({ length: 5 }, () => ensureRunnerKey(file)))
  assert.equal(new Set(made.map(({ recipient }) => recipient)).size, 1)
  assert.equal(made.filter(({ isNew }) => isNew).length, 1)
  const { recipient, isNew, isExposed } = await ensureRunnerKey(file)
  assert.deepEqual([recipient, isNew, isExposed], [made[0]?.recipient, false, false])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(dirname(file)), ['runner-key.txt'])
  const [identity = ''] = await readIdentities(file)
  assert.equal(await recipientOf(identity), recipient)
  assert.match(readFileSync(file, 'utf8'), new RegExp(`^# created: .*\n# public key: ${recipient}\n`))
})

test('a key that others may read is told, and a file without one is refused, and left as it is', async t => {
  const file = keyFile(t)
  await ensureRunnerKey(file)
  chmodSync(file, 0o644)
  assert.equal((await ensureRunnerKey(file)).isExposed, true)
  for (const text of ['', '# nothing\n', 'nonsense\n']) {
    writeFileSync(file, text)
    await assert.rejects(ensureRunnerKey(file), { code: 'invalid_config' })
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})

test('recipients are read by name, and what is none is refused without showing a secret', () => {
  const [one, other] = [`age1${'q'.repeat(58)}`, `age1${'z'.repeat(58)}`]
  assert.deepEqual(
    [...parseRecipients(` Macmini=${one}, rpi4 = ${other},`)],
    [
      ['macmini', one],
      ['rpi4', other],
    ],
  )
  assert.equal(parseRecipients('').size, 0)
  for (const text of ['macmini', 'macmini=', `=${one}`, `macmini=${one} x`, 'macmini=ssh-ed25519 AAAA']) {
    assert.throws(() => parseRecipients(text), { code: 'invalid_config' }, text)
  }
  assert.throws(() => parseRecipients('a=AGE-SECRET-KEY-1QQ'), {
    message: 'The recipients cannot have a secret key.',
  })
})
