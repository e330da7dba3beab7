import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

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

test('the packed file, installed elsewhere, runs the hub, a runner and a job', { timeout: 120_000 }, t => {
  const home = installPacked(t)
  const state = join(home, 'state')
  const relayq = (...args: string[]) =>
    execFileSync(join(home, 'node_modules/.bin/relayq'), args, {
      cwd: home,
      encoding: 'utf8',
      env: {
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: home,
        XDG_STATE_HOME: state,
        XDG_CONFIG_HOME: join(home, 'config'),
      },
    })
  assert.equal(relayq('--version').trim(), version)
  assert.throws(() => relayq('legacy', 'worker'), {
    status: 75,
    stderr: /npm install --global bullmq@6 ioredis@6/,
  })
  relayq('up', '--detach', '--runner', 'box=self-hosted,audio,ffmpeg')
  try {
    assert.match(relayq('runners'), /box/)
    const url = relayq(
      'dispatch',
      'transcribe_audio.yml',
      '--no-route',
      'url=http://127.0.0.1:1/none.mp3',
    ).trim()
    assert.match(url, /^http:\/\/github\.localhost:\d+\/.+\/actions\/runs\/\d+$/)
    assert.throws(() => relayq('wait', url), { status: 1 })
    assert.match(relayq('logs', url), /127\.0\.0\.1:1 is not fetched/)
  } finally {
    relayq('down')
  }
})
