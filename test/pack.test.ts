import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { blocksOf, examplesIn } from './support/examples.ts'

const root = join(import.meta.dirname, '..')
const version: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

/** Packs the checkout and installs the packed file, as a user's `npm install -g` would. */
function installPacked(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-pack-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync('npm', [...args, '--loglevel=error'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const packed = npm(['pack', '--pack-destination', folder], root).trim().split('\n').at(-1) ?? ''
  const home = join(folder, 'home')
  mkdirSync(home)
  npm(
    [
      'install',
      '--prefix',
      home,
      '--omit=dev',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(folder, packed),
    ],
    folder,
  )
  return home
}

/** What a shell of the person who installed it knows. */
function shellOf(home: string): NodeJS.ProcessEnv {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
  }
}

test('the packed file, installed elsewhere, has a manual, and runs the hub, a runner, a job and a program', {
  timeout: 240_000,
}, async t => {
  const home = installPacked(t)
  const env = shellOf(home)
  const run = (file: string, ...args: string[]) =>
    execFileSync(file, args, { cwd: home, encoding: 'utf8', env, timeout: 60_000 })
  const relayq = (...args: string[]) => run(join(home, 'node_modules/.bin/relayq'), ...args)
  assert.equal(relayq('--version').trim(), version)
  const manual = readFileSync(join(home, 'node_modules/relayq/dist/relayq.1'), 'utf8')
  assert.match(manual, new RegExp(`^\\.TH RELAYQ 1 .*"relayq ${version}"`))
  assert.throws(() => relayq('legacy', 'worker'), {
    status: 75,
    stderr: /npm install --global bullmq@6 ioredis@6/,
  })
  relayq('up', '--detach', '--runner', 'macmini=self-hosted,macmini,audio,ffmpeg')
  try {
    assert.match(relayq('runners'), /macmini/)
    await t.test('a job that cannot be done fails as it should', () => {
      const url = relayq(
        'dispatch',
        'transcribe_audio.yml',
        '--no-route',
        'url=http://127.0.0.1:1/none.mp3',
      ).trim()
      assert.match(url, /^http:\/\/github\.localhost:\d+\/.+\/actions\/runs\/\d+$/)
      assert.throws(() => relayq('wait', url), { status: 1 })
      assert.match(relayq('logs', url), /127\.0\.0\.1:1 is not fetched/)
    })
    await t.test(
      'the program of docs/SDK.md, the example and those in comments are typed as they say',
      () => {
        writeProgram(home)
        run(join(root, 'node_modules/.bin/tsc'), '-p', home)
      },
    )
    await t.test('the program of docs/SDK.md submits, watches, reads, cancels and catches', () => {
      const said = run(process.execPath, 'program.ts')
      assert.match(said, /^created j\w{11} (?:pending|queued)$/m)
      assert.match(said, /^(?:preferred|fallback|waiting|no_route) /m)
      assert.match(said, /^succeeded macmini$/m)
      assert.match(said, /^finished succeeded\nsucceeded$/m)
      assert.match(said, /^macmini pocketsphinx \[/m)
      assert.match(said, /^00:00:0\d,\d{3} --> /m)
      assert.match(said, /^cancelled\nj\w{11} cancelled b\.mp3$/m)
      assert.match(said, /^macmini online$/m)
      assert.match(said, /^invalid_input 2 /m)
    })
  } finally {
    relayq('down')
  }
})

/** A folder of TypeScript as a user would have it: with the package, and the types of Node from this checkout. */
function writeProgram(home: string): void {
  const page = readFileSync(join(root, 'docs/SDK.md'), 'utf8')
  writeFileSync(join(home, 'program.ts'), blocksOf(page, 'ts').join('\n'))
  const sources = ['src/compose.ts', 'src/queue/queue.ts'].map(file => readFileSync(join(root, file), 'utf8'))
  const examples = sources
    .flatMap(examplesIn)
    .map((code, index) => `export async function example${index}() {\n${code}}\n`)
  assert.ok(examples.length > 15)
  const known = `import { RelayQ, type Queue } from 'relayq'
declare const [relayq, queue, id, url]: [RelayQ, Queue, string, string]
`
  writeFileSync(join(home, 'examples.ts'), known + examples.join(''))
  copyFileSync(join(root, 'examples/audio/market.mp3'), join(home, 'market.mp3'))
  copyFileSync(join(root, 'examples/typescript/transcribe-folder.ts'), join(home, 'transcribe-folder.ts'))
  writeFileSync(join(home, 'package.json'), '{"type": "module"}')
  const compilerOptions = {
    ...{
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      strict: true,
      noEmit: true,
    },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  }
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
}
