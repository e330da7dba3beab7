import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../../src/base/process.ts'
import { writeProgramFolder } from '../../src/cli/fleet/program.ts'
import { takeDown } from '../../src/cli/fleet/take-down.ts'
import { hubFolder } from '../../src/config/hub-file.ts'
import { findPaths } from '../../src/config/paths.ts'
import { testCompileCache } from '../support/compile-cache.ts'
import { freePort } from '../support/redis-server.ts'

const root = join(import.meta.dirname, '../..')

/** What stands in a page between ```sh and ```, without the indentation of the list it is in. */
function shellBlocks(page: string): readonly string[] {
  return [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', body = '']) =>
    body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

test('the steps of legacy/ARCHIVE.md bring a Redis queue to life, and its jobs to another broker', {
  timeout: 120_000,
}, async t => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'relayq-archive-')))
  const bin = writeProgramFolder(join(home, 'bin'))
  // Installing is what a test may not do; that Redis is there, test/tools.test.ts sees to.
  writeFileSync(join(bin, 'sudo'), '#!/bin/sh\necho "sudo $*"\n')
  chmodSync(join(bin, 'sudo'), 0o755)
  const port = await freePort()
  const page = readFileSync(join(root, 'legacy/ARCHIVE.md'), 'utf8')
  const blocks = shellBlocks(page)
  assert.equal(blocks.length, 5)
  const script = blocks.join('\n').replaceAll('6379', String(port))
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
    NODE_COMPILE_CACHE: testCompileCache,
    RELAYQ_CHECKOUT: root,
  }
  t.after(async () => {
    await takeDown(hubFolder(findPaths(env), root))
    await runProgram(
      'sh',
      [
        '-c',
        `REDISCLI_AUTH=$(sed -n 's/^requirepass //p' ~/relayq-redis/redis.conf) redis-cli -p ${port} shutdown nosave`,
      ],
      { env },
    )
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  })
  // A message of the original version waits there when the jobs are brought to the other broker.
  const [message = ''] = JSON.parse(readFileSync(join(root, 'src/legacy/fixtures/celery.json'), 'utf8')).lists
    .celery
  writeFileSync(join(home, 'message'), message)
  const before = `REDISCLI_AUTH=$PASSWORD redis-cli -p ${port} -x lpush celery < ~/message\nrelayq up --detach `
  const ended = await runProgram('sh', ['-eu'], {
    ...{ cwd: root, env, input: script.replace('relayq up --detach ', before) },
  })
  assert.ok(ended.kind === 'exited', ended.kind)
  assert.equal(ended.code, 0, ended.stderr)
  assert.match(ended.stdout, /^sudo apt-get install -y redis-server$/m)
  assert.match(ended.stdout, /^macmini\tonline\t/m)
  assert.match(ended.stderr, /succeeded on macmini/)
  assert.match(ended.stderr, /attic is online \(self-hosted, audio, ffmpeg\)/)
  assert.match(ended.stdout, /^would_import\t\tcelery\trelayq\.transcribe_audio/m)
  assert.match(ended.stdout, /^imported\tj\w+\tcelery\trelayq\.transcribe_audio/m)
  assert.match(ended.stderr, /stopped the workers of redis/)
})
