import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  demoTools,
  ffmpeg,
  type InstallSituation,
  missingTools,
  planInstall,
  speechInstall,
} from './packages.ts'

const debian: InstallSituation = {
  platform: 'linux',
  isRoot: true,
  hasSudo: false,
  hasApt: true,
  hasBrew: false,
  isForbidden: false,
}

test('a tool is missing when no folder of PATH holds it as an executable', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-tools-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'ffmpeg'), '#!/bin/sh\n')
  assert.deepEqual(await missingTools([ffmpeg], folder), [ffmpeg])
  chmodSync(join(folder, 'ffmpeg'), 0o755)
  assert.deepEqual(await missingTools([ffmpeg], `/nonexistent:${folder}`), [])
})

test('nothing missing needs nothing', () => {
  assert.deepEqual(planInstall([], debian), { kind: 'nothing' })
})

test('root installs through apt without questions and waits for its lock', () => {
  const plan = planInstall([ffmpeg], debian)
  assert.equal(plan.kind, 'run')
  if (plan.kind !== 'run') return
  const install = plan.install.join(' ')
  assert.match(
    install,
    /^env DEBIAN_FRONTEND=noninteractive apt-get .*DPkg::Lock::Timeout=300.* install .*ffmpeg$/,
  )
})

test('a user with password-less sudo installs through sudo -n', () => {
  const plan = planInstall([ffmpeg], { ...debian, isRoot: false, hasSudo: true })
  assert.equal(
    plan.kind === 'run' &&
      [plan.refresh, plan.install].every(command => command?.[0] === 'sudo' && command[1] === '-n'),
    true,
  )
})

test('a user without rights is told the command', () => {
  const plan = planInstall([ffmpeg], { ...debian, isRoot: false })
  assert.equal(plan.kind === 'ask' && plan.command, 'sudo apt-get install -y ffmpeg')
})

test('RELAYQ_NO_INSTALL stops even root', () => {
  assert.equal(planInstall([ffmpeg], { ...debian, isForbidden: true }).kind, 'ask')
})

test('a Mac gets ffmpeg and whisper.cpp from Homebrew, or the command for it', () => {
  const mac = { ...debian, platform: 'darwin', isRoot: false, hasApt: false, hasBrew: true } as const
  const plan = planInstall(demoTools('darwin').slice(1), mac)
  assert.deepEqual(plan.kind === 'run' && plan.install, ['brew', 'install', 'ffmpeg', 'whisper.cpp'])
  const without = planInstall([ffmpeg], { ...mac, hasBrew: false })
  assert.equal(without.kind === 'ask' && without.command, 'brew install ffmpeg')
})

test('a speech engine has a command for each system that can have it', () => {
  assert.equal(speechInstall('whisper-cli', 'darwin'), 'brew install whisper.cpp')
  assert.match(speechInstall('whisper-cli', 'linux') ?? '', /cmake --build build .*whisper-cli$/)
  assert.equal(speechInstall('mlx_whisper', 'linux'), null)
  assert.equal(
    speechInstall('pocketsphinx', 'linux'),
    'sudo apt-get install -y pocketsphinx pocketsphinx-en-us',
  )
  assert.equal(speechInstall('pocketsphinx', 'darwin'), null)
  assert.equal(speechInstall('command', 'linux'), null)
})
