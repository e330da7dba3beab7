import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePackage } from './choose-package.ts'
import { readJitFiles, readRunnerFile } from './jit-files.ts'
import { platformOf } from './platform.ts'
import { labelsOf, requireLabels, requireProfile } from './profiles.ts'

const pi = { platform: 'linux', arch: 'arm64', longBit: 64, model: 'Raspberry Pi 4 Model B Rev 1.4' } as const

test('Each machine gets the package of its system and processor', () => {
  assert.deepEqual(platformOf(pi), { os: 'linux', architecture: 'arm64' })
  assert.deepEqual(platformOf({ ...pi, arch: 'x64', model: null }), { os: 'linux', architecture: 'x64' })
  assert.deepEqual(platformOf({ ...pi, platform: 'darwin', model: null, longBit: null }), {
    os: 'osx',
    architecture: 'arm64',
  })
})

test('A 32-bit system of a Pi is refused with the way out, under a 64-bit kernel, too', () => {
  const refused = { code: 'unsupported_machine', message: /32-bit system: .*2026-09-16/ }
  const wayOut = { ...refused, hint: /Raspberry Pi OS \(64-bit\)/ }
  assert.throws(() => platformOf({ ...pi, arch: 'arm', longBit: 32 }), wayOut)
  assert.throws(() => platformOf({ ...pi, longBit: 32 }), wayOut)
  assert.throws(() => platformOf({ ...pi, arch: 'arm', model: 'Raspberry Pi 3 Model B Rev 1.2' }), wayOut)
  for (const model of [
    'Raspberry Pi Model B Rev 2',
    'Raspberry Pi Zero W Rev 1.1',
    'Raspberry Pi 2 Model B Rev 1.1',
  ]) {
    const old = { ...refused, hint: /cannot run a 64-bit system/ }
    assert.throws(() => platformOf({ ...pi, arch: 'arm', model }), old, model)
  }
  assert.throws(() => platformOf({ ...pi, arch: 'ia32', model: null }), { code: 'unsupported_machine' })
  assert.throws(() => platformOf({ ...pi, platform: 'win32' }), {
    code: 'unsupported_machine',
    hint: /docs\.github/,
  })
  assert.throws(() => platformOf({ ...pi, arch: 'riscv64' }), { message: /riscv64/ })
})

const offered = {
  os: 'linux',
  architecture: 'arm64',
  filename: 'actions-runner-linux-arm64-2.340.1.tar.gz',
  url: 'https://github.com/x.tar.gz',
  sha256: 'AB'.repeat(32),
  token: null,
}
const linux = { os: 'linux', architecture: 'arm64' } as const

test('The package is the one that the broker offers, with its version and checksum', () => {
  const chosen = choosePackage([{ ...offered, architecture: 'x64' }, offered], linux, null)
  assert.deepEqual([chosen.version, chosen.sha256], ['2.340.1', 'ab'.repeat(32)])
  const own = choosePackage([{ ...offered, sha256: null }], linux, 'cd'.repeat(32))
  assert.equal(own.sha256, 'cd'.repeat(32))
})

test('Without a checksum, a known name or a package for this machine nothing is chosen', () => {
  const hint = /releases\/tag\/v2\.340\.1 and add: --sha256/
  for (const sha256 of [null, '', 'abc', `${'g'.repeat(64)}`]) {
    const packages = [{ ...offered, sha256 }]
    assert.throws(() => choosePackage(packages, linux, null), { code: 'download_failed', hint })
  }
  assert.throws(() => choosePackage([offered], { ...linux, os: 'osx' }, null), {
    code: 'unsupported_machine',
  })
  for (const filename of [
    '../../etc/passwd',
    'actions-runner-linux-arm64-2.340.tar.gz',
    'x/actions-runner-linux-arm64-2.3.4.tar.gz',
  ]) {
    assert.throws(() => choosePackage([{ ...offered, filename }], linux, null), { code: 'protocol_mismatch' })
  }
})

test('Labels are the profile’s, the user’s and what the machine can do, each once', () => {
  const labels = labelsOf(requireProfile('rpi4'), ['Audio', 'kitchen'], { ffmpeg: true })
  assert.deepEqual(labels, ['rpi4', 'audio', 'light', 'kitchen', 'ffmpeg'])
  assert.deepEqual(labelsOf(requireProfile('macmini'), [], { ffmpeg: true }), [
    'macmini',
    'audio',
    'ffmpeg',
    'heavy',
  ])
  assert.throws(() => requireProfile('rpi5'), { code: 'usage', hint: /macmini, rpi4, rpi3, linux, custom/ })
  for (const label of ['a b', '', '-x', 'a,b', '$(x)'])
    assert.throws(() => requireLabels([label]), { code: 'usage' })
})

test('A JIT configuration brings its three files and no other, wherever it would have them', () => {
  const encode = (files: object) => Buffer.from(JSON.stringify(files)).toString('base64')
  const content = Buffer.from('{}').toString('base64')
  const files = { '.runner': content, '.credentials': content }
  assert.deepEqual([...readJitFiles(encode(files)).keys()], ['.runner', '.credentials'])
  for (const bad of [
    { ...files, '../.bashrc': content },
    { ...files, 'run.sh': content },
    { '.runner': content },
    [],
  ]) {
    assert.throws(() => readJitFiles(encode(bad)), { code: 'protocol_mismatch' })
  }
  assert.throws(
    () => readJitFiles('secret-that-is-no-json'),
    error => {
      assert.ok(error instanceof Error)
      return !error.message.includes('secret-that')
    },
  )
})

test('A .runner is read in any case, with the byte order mark that the runner writes', () => {
  assert.deepEqual(readRunnerFile('\uFEFF{"agentId": 7, "agentName": "rpi4"}'), { id: 7, name: 'rpi4' })
  assert.deepEqual(readRunnerFile('{"AgentId": 7, "AgentName": "rpi4"}'), { id: 7, name: 'rpi4' })
  for (const text of [null, '', 'x', '{}', '{"agentId": "7"}']) assert.equal(readRunnerFile(text), null)
})
