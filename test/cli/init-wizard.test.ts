import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeInitBench } from '../support/init-bench.ts'
import { runRelayq } from '../support/relayq-process.ts'

const ctrlC = '\u0003'

test('a person is told which tokens to make, pastes them unseen, and agrees', async t => {
  const bench = await makeInitBench(t)
  const pasted = ['no token', 'github_pat_forged', bench.setupToken, bench.submitToken]
  const end = await bench.init([], {
    person: said => {
      if (said.includes('Paste the token')) return `${pasted.shift()}\r`
      return said.includes('Make these changes?') ? 'y\r' : null
    },
  })
  assert.equal(end.code, 0, end.error)
  assert.match(end.err, /What the prompt gave is no token/)
  assert.match(end.err, /does not accept the token: Bad credentials/)
  assert.match(end.err, /A fine-grained token to set up .* has these repository permissions:/)
  assert.match(end.err, /lacks Actions: Read and write/)
  assert.match(end.err, /✓ the token to submit: kept in /)
  assert.match(end.err, /✓ where jobs go from this machine\nrelayq: next, .* relayq runner add PROFILE/)
  assert.doesNotMatch(end.err + end.out, /rqt_/)
  assert.match(bench.read('relayq.yaml') ?? '', /octo\/queue/)
  assert.match((await bench.init()).err, /nothing to change/)
})

for (const [title, answer] of [
  ['Ctrl-C', ctrlC],
  ['No', 'n\r'],
  ['Ctrl-D', '\u0004'],
] as const) {
  test(`${title} at the last question leaves nothing half done`, async t => {
    const bench = await makeInitBench(t)
    const pasted = [bench.setupToken, bench.submitToken]
    const before = bench.head()
    const end = await bench.init([], {
      person: said => {
        if (said.includes('Paste the token')) return `${pasted.shift()}\r`
        return said.includes('Make these changes?') ? answer : null
      },
    })
    assert.equal(end.code, 3)
    assert.equal(bench.head(), before)
    assert.ok(!existsSync(join(bench.folder, '.config')))
  })
}

test('the keychain gets the token on its standard input, and commands find it there', async t => {
  const bench = await makeInitBench(t)
  const bin = join(bench.folder, 'bin')
  mkdirSync(bin)
  for (const name of ['security', 'secret-tool']) {
    writeFileSync(join(bin, name), keychainScript(bench.folder))
    chmodSync(join(bin, name), 0o755)
  }
  const env = { ...bench.env, PATH: `${bin}:${process.env['PATH']}` }
  const words = ['init', 'octo/queue', '--broker', bench.hub.apiUrl, '--token-stdin', '--yes']
  const end = await runRelayq(words, bench.folder, env, bench.tokens)
  assert.equal(end.code, 0, end.stderr)
  assert.match(end.stderr, /the token to submit: kept in the (macOS keychain|desktop’s keyring)/)
  assert.doesNotMatch(readFileSync(join(bench.folder, 'argv'), 'utf8'), /rqt_/)
  assert.ok(!existsSync(join(bench.folder, '.config/relayq/tokens.json')))
  const found = await runRelayq(['dispatch', 'job.yml', 'kind=x', 'inputs={}'], bench.folder, env)
  assert.equal(found.code, 0, found.stderr)

  const moved = await runRelayq([...words, '--keep-in', 'file'], bench.folder, env, bench.tokens)
  assert.equal(moved.code, 0, moved.stderr)
  assert.ok(!existsSync(join(bench.folder, 'kept')), 'the keychain has it no longer')
  assert.match(readFileSync(join(bench.folder, '.config/relayq/tokens.json'), 'utf8'), /rqt_/)
})

/** Both programs in one, for whichever system the test runs on. */
function keychainScript(folder: string): string {
  return `#!/bin/sh
printf '%s\\n' "$*" >> '${folder}/argv'
case "$1" in
  add-generic-password) read -r value; printf '%s' "$value" > '${folder}/kept' ;;
  store) cat > '${folder}/kept' ;;
  find-generic-password|lookup) cat '${folder}/kept' ;;
  delete-generic-password|clear) rm -f '${folder}/kept' ;;
esac
`
}
