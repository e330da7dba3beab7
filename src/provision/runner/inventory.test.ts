import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { installedRunner } from '../../../test/support/installed-runner.ts'
import {
  listInstalled,
  placesOf,
  readInstalled,
  requireInstalled,
  runnersFolder,
  writeInstalled,
} from './inventory.ts'

test('What was written of a runner is read again, and everyone may read it', t => {
  const root = join(temporaryFolder(t), 'runner')
  const runner = installedRunner('rpi4')
  writeInstalled(root, runner)
  writeInstalled(root, { ...runner, version: '2.340.0' })
  assert.deepEqual(readInstalled(root, 'rpi4'), { ...runner, version: '2.340.0' })
  assert.equal(statSync(placesOf(root, 'rpi4').inventory).mode & 0o777, 0o644)
  assert.deepEqual(readdirSync(placesOf(root, 'rpi4').folder), ['runner.json'], 'nothing is left over')
})

test('Runners are listed by name; folders of another kind, and no folder at all, are none', t => {
  const root = join(temporaryFolder(t), 'runner')
  assert.deepEqual(listInstalled(root), [])
  for (const name of ['rpi4', 'macmini']) writeInstalled(root, installedRunner(name))
  mkdirSync(join(root, 'downloads'))
  mkdirSync(join(root, '.trash'))
  assert.deepEqual(
    listInstalled(root).map(({ name }) => name),
    ['macmini', 'rpi4'],
  )
})

test('A record that is damaged, or of a later format, is not guessed at', t => {
  const root = temporaryFolder(t)
  mkdirSync(join(root, 'rpi4'))
  for (const text of ['', '{"format":1', '{"format":2,"name":"rpi4"}', '{"format":1,"name":"other"}']) {
    writeFileSync(placesOf(root, 'rpi4').inventory, text)
    assert.throws(() => readInstalled(root, 'rpi4'), { code: 'file_unusable', hint: /relayq runner add/ })
  }
})

test('A name that is not there is answered with those that are', t => {
  const root = temporaryFolder(t)
  assert.throws(() => requireInstalled(root, 'rpi4'), { code: 'runner_not_found', hint: /runner add/ })
  writeInstalled(root, installedRunner('macmini'))
  assert.throws(() => requireInstalled(root, 'rpi4'), { code: 'runner_not_found', hint: /macmini/ })
})

test('No name leads out of the folder of runners', t => {
  const root = temporaryFolder(t)
  for (const name of ['', '..', '../x', '/etc', 'a/b', '-rf', '.hidden', 'a b', 'a\nb', 'x'.repeat(65)]) {
    assert.throws(() => readInstalled(root, name), { code: 'usage' }, name)
  }
  assert.equal(existsSync(join(root, '..', 'x')), false)
})

test('The folder of runners is the system’s, or the one that is named', () => {
  assert.equal(runnersFolder({}, 'linux'), '/var/lib/relayq/runner')
  assert.equal(runnersFolder({}, 'darwin'), '/usr/local/var/relayq/runner')
  assert.equal(runnersFolder({ RELAYQ_RUNNER_HOME: '/data/r' }, 'linux'), '/data/r')
})
