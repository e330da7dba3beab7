import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiUrlOfHost, normalizeApiUrl, parseRepositoryName, repositoryOfRemote } from './repository-name.ts'

test('A repository is named as gh names it', () => {
  assert.deepEqual(parseRepositoryName('octo/queue'), { host: null, owner: 'octo', repo: 'queue' })
  const full = { host: 'ghe.example.com', owner: 'octo', repo: 'queue' }
  assert.deepEqual(parseRepositoryName('GHE.example.com/octo/queue'), full)
  assert.deepEqual(parseRepositoryName('https://ghe.example.com/octo/queue.git'), full)
  for (const bad of ['', 'octo', 'a b/c', 'a/b/c/d']) {
    assert.throws(() => parseRepositoryName(bad), { code: 'usage' })
  }
})

test('Remotes of https, ssh and scp form name a repository; paths name none', () => {
  const name = { host: 'github.com', owner: 'octo', repo: 'queue' }
  for (const url of [
    'https://github.com/octo/queue.git',
    'https://user:secret@github.com/octo/queue',
    'git@github.com:octo/queue.git',
    'ssh://git@github.com:22/octo/queue.git',
  ]) {
    assert.deepEqual(repositoryOfRemote(url), name, url)
  }
  for (const url of ['/srv/git/queue.git', '../queue', 'file:///srv/queue', 'C:\\queue']) {
    assert.equal(repositoryOfRemote(url), null, url)
  }
})

test('Every way to write a broker leads to its REST API', () => {
  assert.equal(apiUrlOfHost('github.com'), 'https://api.github.com')
  assert.equal(apiUrlOfHost('acme.ghe.com'), 'https://api.acme.ghe.com')
  assert.equal(normalizeApiUrl('https://github.com/'), 'https://api.github.com')
  assert.equal(normalizeApiUrl('https://api.github.com'), 'https://api.github.com')
  assert.equal(normalizeApiUrl('http://127.0.0.1:8080'), 'http://127.0.0.1:8080/api/v3')
  assert.equal(normalizeApiUrl('http://127.0.0.1:8080/api/v3/'), 'http://127.0.0.1:8080/api/v3')
  assert.throws(() => normalizeApiUrl('localhost:80'), { code: 'usage' })
})
