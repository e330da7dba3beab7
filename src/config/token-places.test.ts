import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { keepQueue, keepToken, readKeptQueues, readKeptToken } from './kept-queues.ts'
import { findPaths } from './paths.ts'
import { keychainOf, tokenFile, tokenPlaces } from './token-places.ts'

const secret = 'github_pat_11SECRET'
const account = 'submit https://api.github.com#octo/queue'

/** Programs that stand for the keychain's on PATH; each writes down what it was called with. */
function fakeProgram(t: TestContext, name: string, script: string): { readonly called: () => string } {
  const folder = temporaryFolder(t)
  const record = join(folder, 'called')
  const store = join(folder, 'store')
  const text = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${record}'\nSTORE='${store}'\n${script}\n`
  writeFileSync(join(folder, name), text)
  chmodSync(join(folder, name), 0o755)
  const path = process.env['PATH']
  process.env['PATH'] = `${folder}:${path}`
  t.after(() => {
    process.env['PATH'] = path
  })
  return { called: () => readFileSync(record, 'utf8') }
}

/** As macOS has it: the value is asked for twice, and an item that is not there is 44. */
const security = `
case "$1" in
  add-generic-password) read -r one; read -r two; [ "$one" = "$two" ] && printf '%s' "$one" > "$STORE" ;;
  find-generic-password) [ -f "$STORE" ] || exit 44; cat "$STORE"; echo ;;
  delete-generic-password) rm -f "$STORE" ;;
esac`

/** As libsecret has it: all of standard input is the secret. */
const secretTool = `
case "$1" in
  store) cat > "$STORE" ;;
  lookup) [ -f "$STORE" ] || exit 1; cat "$STORE" ;;
  clear) rm -f "$STORE" ;;
esac`

for (const [platform, name, script] of [
  ['darwin', 'security', security],
  ['linux', 'secret-tool', secretTool],
] as const) {
  test(`a token comes back from the keychain of ${platform} as it went in, and is in no argument list`, async t => {
    const program = fakeProgram(t, name, script)
    const keychain = keychainOf(platform)
    assert.ok(keychain)
    assert.equal(await keychain.get(account), null)
    assert.equal(await keychain.put(account, secret), true)
    assert.equal(await keychain.get(account), secret)
    await keychain.remove(account)
    assert.equal(await keychain.get(account), null)
    assert.ok(program.called().includes(account))
    assert.ok(!program.called().includes(secret))
  })
}

test('a keychain that says yes and keeps nothing, or is closed, takes no token', async t => {
  fakeProgram(t, 'security', 'exit 0')
  fakeProgram(t, 'secret-tool', 'echo "Cannot autolaunch D-Bus without X11" >&2; exit 1')
  assert.equal(await keychainOf('darwin')?.put(account, secret), false)
  assert.equal(await keychainOf('linux')?.put(account, secret), false)
  assert.equal(keychainOf('win32'), null)
})

test('a machine without the keychain’s program has the file only', async t => {
  const paths = findPaths({ HOME: temporaryFolder(t) })
  const names = async (path: string | undefined) =>
    (await tokenPlaces(paths, { platform: 'linux', path })).map(({ name }) => name)
  assert.deepEqual(await names('/nonexistent'), ['file'])
  fakeProgram(t, 'secret-tool', secretTool)
  assert.deepEqual(await names(process.env['PATH']), ['keychain', 'file'])
})

test('the file holds tokens for its user alone, each under its own name', async t => {
  const paths = findPaths({ HOME: temporaryFolder(t) })
  const file = tokenFile(paths)
  await file.put(account, secret)
  await file.put('other', 'x')
  const path = join(paths.config, 'tokens.json')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(paths.config).mode & 0o777, 0o700)
  assert.equal(await file.get(account), secret)
  await file.remove(account)
  assert.equal(await file.get(account), null)
  assert.equal(await file.get('other'), 'x')
})

test('a queue that was set up last comes first, and its token is given to no other', async t => {
  const paths = findPaths({ HOME: temporaryFolder(t) })
  assert.deepEqual(readKeptQueues(paths), [])
  const one = { apiUrl: 'https://api.github.com', owner: 'octo', repo: 'one', tokens: {} }
  const two = { ...one, repo: 'two', tokens: { submit: 'file' } } as const
  const place = await keepToken([tokenFile(paths)], two, { purpose: 'submit', value: secret })
  assert.equal(place?.name, 'file')
  keepQueue(paths, two)
  keepQueue(paths, one)
  keepQueue(paths, { ...two, owner: 'Octo' })
  assert.deepEqual(
    readKeptQueues(paths).map(({ repo }) => repo),
    ['two', 'one'],
  )
  assert.equal(await readKeptToken(paths, two, 'submit'), secret)
  assert.equal(await readKeptToken(paths, two, 'enrol'), null)
  assert.equal(await readKeptToken(paths, one, 'submit'), null)
  assert.equal(await readKeptToken(paths, { ...two, apiUrl: 'https://evil.example' }, 'submit'), null)
})

test('a list of queues that was mangled is told so', t => {
  const paths = findPaths({ HOME: temporaryFolder(t) })
  mkdirSync(paths.config, { recursive: true })
  writeFileSync(join(paths.config, 'queues.json'), '{"queues": [{"owner": 1}]}')
  assert.throws(() => readKeptQueues(paths), { code: 'invalid_config', hint: /Remove it/ })
})
