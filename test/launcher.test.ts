import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runProgram } from '../src/base/process.ts'

const root = join(import.meta.dirname, '..')

/** A checkout with the real launcher, a main that prints its arguments, and an npm that counts its calls. */
function checkout(t: TestContext, npm = installsNode): string {
  const home = mkdtempSync(join(tmpdir(), 'relayq-launcher-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  for (const path of ['relayq', 'bin/bootstrap.sh', 'package.json', 'package-lock.json']) {
    cpSync(join(root, path), join(home, path))
  }
  mkdirSync(join(home, 'src/cli'), { recursive: true })
  writeFileSync(join(home, 'src/cli/main.ts'), 'console.log(JSON.stringify(process.argv.slice(2)))\n')
  mkdirSync(join(home, 'path'))
  writeFileSync(join(home, 'path/npm'), npm)
  chmodSync(join(home, 'path/npm'), 0o755)
  return home
}

const installsNode = `#!/bin/sh
echo "npm $*"
echo call >> calls
mkdir -p node_modules/node/bin
ln -sf '${process.execPath}' node_modules/node/bin/node
`

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function launch(
  home: string,
  options: { readonly program?: string; readonly path?: string } = {},
): Promise<Outcome> {
  const { program = join(home, 'relayq'), path = `${join(home, 'path')}:/usr/bin:/bin` } = options
  const ended = await runProgram(program, ['a b', '--c'], { env: { PATH: path, HOME: home }, cwd: '/' })
  assert.equal(ended.kind, 'exited')
  return ended
}

function npmCalls(home: string): number {
  return readFileSync(join(home, 'calls'), 'utf8').trim().split('\n').length
}

test('the first start installs, with npm heard only on stderr; the second does not', async t => {
  const home = checkout(t)
  const first = await launch(home)
  assert.deepEqual([first.code, first.stdout], [0, '["a b","--c"]\n'])
  assert.match(first.stderr, /npm ci/)
  const second = await launch(home)
  assert.deepEqual([second.code, second.stderr, npmCalls(home)], [0, '', 1])
})

test('another lock file installs again, the same one with a new time does not', async t => {
  const home = checkout(t)
  const lock = join(home, 'package-lock.json')
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000)
  await launch(home)
  utimesSync(lock, later(60), later(60))
  await launch(home)
  assert.equal(npmCalls(home), 1)
  writeFileSync(lock, '{}')
  utimesSync(lock, later(120), later(120))
  await launch(home)
  assert.equal(npmCalls(home), 2)
})

test('three starts at once install once', async t => {
  const home = checkout(t)
  const outcomes = await Promise.all([launch(home), launch(home), launch(home)])
  assert.deepEqual(
    outcomes.map(outcome => outcome.code),
    [0, 0, 0],
  )
  assert.equal(npmCalls(home), 1)
})

test('a start that waits for another to install says so, once', async t => {
  const home = checkout(t)
  const lock = join(home, '.relayq-install.lock')
  mkdirSync(lock)
  writeFileSync(join(lock, 'pid'), `${process.pid}\n`)
  const env = { PATH: `${join(home, 'path')}:/usr/bin:/bin`, HOME: home }
  const child = spawn(join(home, 'relayq'), [], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const chunk of child.stderr) {
    said += chunk
    if (said.includes('waiting')) rmSync(lock, { recursive: true, force: true })
  }
  assert.equal(said.match(/another start is installing/g)?.length, 1, said)
  assert.equal(npmCalls(home), 1)
})

test('the lock of an installer that was killed is taken over', async t => {
  const home = checkout(t)
  mkdirSync(join(home, '.relayq-install.lock'))
  writeFileSync(join(home, '.relayq-install.lock/pid'), '4194304\n')
  assert.equal((await launch(home)).code, 0)
})

test('a failed npm ci ends 75 with a sentence, and the next start tries again', async t => {
  const home = checkout(t, '#!/bin/sh\nexit 1\n')
  const failed = await launch(home)
  assert.deepEqual([failed.code, failed.stdout], [75, ''])
  assert.match(failed.stderr, /npm ci failed/)
  writeFileSync(join(home, 'path/npm'), installsNode)
  assert.equal((await launch(home)).code, 0)
})

test('a link to the launcher finds its checkout', async t => {
  const home = checkout(t)
  const link = join(home, 'path/rq')
  symlinkSync('../relayq', link)
  assert.equal((await launch(home, { program: link })).stdout, '["a b","--c"]\n')
})

test('without npm it says how to get it', async t => {
  const home = checkout(t)
  rmSync(join(home, 'path/npm'))
  const bare = join(home, 'bare')
  mkdirSync(bare)
  for (const tool of ['readlink', 'mkdir']) symlinkSync(`/bin/${tool}`, join(bare, tool))
  const outcome = await launch(home, { path: bare })
  assert.equal(outcome.code, 75)
  assert.match(outcome.stderr, /npm was not found/)
})
