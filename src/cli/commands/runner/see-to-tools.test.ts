import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../../test/support/git-repository.ts'
import { runnerTools } from '../../../provision/packages.ts'
import { seeToTools } from './see-to-tools.ts'

test('a machine with whisper.cpp and no model is told the command that brings one to the account of its jobs', async t => {
  const folder = temporaryFolder(t)
  const home = join(folder, 'home of jobs')
  const models = join(home, '.cache', 'relayq', 'models')
  mkdirSync(models, { recursive: true })
  for (const { program } of runnerTools(process.platform)) makeProgram(folder, program)
  const see = () =>
    seeToTools(
      { user: 'relayq-runner', home },
      { program: '/runner/program' },
      { env: { PATH: folder, HOME: folder }, say: () => {} },
    )

  assert.equal(await see(), 'ffmpeg and a speech engine are here')
  makeProgram(folder, 'whisper-cli')
  const words = `sudo -u relayq-runner env 'HOME=${home}' /runner/program/bin/relayq models pull base`
  assert.equal(await see(), `ffmpeg and a speech engine are here; whisper.cpp has no model yet: ${words}`)
  writeFileSync(join(models, 'ggml-base.bin'), '')
  assert.equal(await see(), 'ffmpeg and a speech engine are here')
})

function makeProgram(folder: string, name: string): void {
  writeFileSync(join(folder, name), '#!/bin/sh\n')
  chmodSync(join(folder, name), 0o755)
}
