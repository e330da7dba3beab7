import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOfFolder, nameOfRemote } from './repository-name.ts'

const octo = { owner: 'octo', name: 'queue' }

test('Every form of a remote gives owner and name', () => {
  const remotes = [
    'https://github.com/octo/queue',
    'https://github.com/octo/queue.git',
    'https://user:secret@github.com/octo/queue.git/',
    'git@github.com:octo/queue.git',
    'ssh://git@github.com:22/octo/queue.git',
    '/srv/git/octo/queue.git',
    '../octo/queue',
  ]
  for (const remote of remotes) assert.deepEqual(nameOfRemote(remote), octo, remote)
})

test('A remote without owner and name gives none', () => {
  for (const remote of ['', 'queue', '/queue', 'https://x/../..', 'file:///o/.']) {
    assert.equal(nameOfRemote(remote), null, remote)
  }
})

test('A folder name becomes a repository name', () => {
  assert.deepEqual(nameOfFolder('/home/me/My Queue!'), { owner: 'local', name: 'My-Queue-' })
  assert.deepEqual(nameOfFolder('/'), { owner: 'local', name: 'repository' })
})
