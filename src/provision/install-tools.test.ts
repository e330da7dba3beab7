import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { installTools } from './install-tools.ts'

const tool = { program: 'frobnicate', apt: ['frob'], brew: null }

/** A PATH with sh's own tools, a sudo that only hands on, and an apt-get that installs once its lists are there. */
function machine(t: TestContext, aptGet: string) {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-apt-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}`)
    chmodSync(join(folder, name), 0o755)
  }
  put('apt-get', `echo "$*" >> ${folder}/calls\ncd ${folder}\n${aptGet}`)
  put('sudo', 'shift; exec "$@"')
  return {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
  }
}

const installs = 'cp sudo frobnicate'

test('what is missing is named first, then installed from the lists at hand', async t => {
  const { env, calls } = machine(t, installs)
  const said: string[] = []
  await installTools([tool], env, line => void said.push(line))
  assert.deepEqual(said, ['installing frob'])
  assert.equal(calls().length, 1)
  assert.match(calls()[0] ?? '', /install --no-install-recommends frob$/)
  await installTools([tool], env, line => void said.push(line))
  assert.equal(calls().length, 1, 'what is there is not installed again')
})

test('a machine without package lists fetches them', async t => {
  const { env, calls } = machine(
    t,
    `case "$*" in *update) : > lists ;; *) [ -e lists ] || exit 100; ${installs} ;; esac`,
  )
  await installTools([tool], env, () => {})
  assert.deepEqual(
    calls().map(call => call.split(' ').find(word => word === 'update' || word === 'install')),
    ['install', 'update', 'install'],
  )
})

test('RELAYQ_NO_INSTALL=1 calls nothing and names the command', async t => {
  const { env, calls } = machine(t, installs)
  await assert.rejects(
    installTools([tool], { ...env, RELAYQ_NO_INSTALL: '1' }, () => {}),
    {
      code: 'tool_missing',
      hint: 'Run: sudo apt-get install -y frob',
    },
  )
  assert.throws(calls, { code: 'ENOENT' })
})

test('an installation that fails says which command failed', async t => {
  const { env } = machine(t, 'case "$*" in *update) ;; *) exit 100 ;; esac')
  await assert.rejects(
    installTools([tool], env, () => {}),
    { code: 'tool_missing', message: /apt-get.* ended with code 100/ },
  )
})
