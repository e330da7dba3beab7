import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeGitRepository } from '../../../test/support/git-repository.ts'
import { runChecks } from '../doctor/check.ts'
import { fingerprintOf } from './known-secrets.ts'
import { repositorySecretsCheck } from './repository-secrets.ts'
import { findSecrets } from './secret-patterns.ts'

/** Put together here, so that this file holds none. */
const secrets = {
  openrouter: `sk-or-v1-${'0123456789abcdef'.repeat(4)}`,
  openai: `sk-proj-${'Ab3_'.repeat(12)}`,
  github: `ghp_${'a1B2c3'.repeat(6)}`,
  fineGrained: `github_pat_${'A1b2C3d4E5f6G7h8I9j0K1'}_${'x'.repeat(59)}`,
  age: `AGE-SECRET-KEY-1${'QPZRY9X8GF'.repeat(6).slice(0, 58)}`,
}
const privateKey = ['-----BEGIN OPENSSH', 'PRIVATE KEY-----'].join(' ')

const look = async (path: string, options = {}) =>
  (await runChecks([repositorySecretsCheck(path, options)])).map(({ severity, what, where }) => ({
    severity,
    what,
    where,
  }))

test('secrets are known by their forms, and what only looks like one is none', () => {
  for (const value of Object.values(secrets)) {
    assert.equal(findSecrets(`x "${value}" y`)[0]?.value, value)
  }
  assert.equal(findSecrets(`AI_API_KEY=${secrets.openrouter}`).length, 1)
  assert.equal(findSecrets(`AI_API_KEY: '${'abcd1234'}efgh5678ijkl'`)[0]?.kind, 'what looks like a key')
  for (const none of [
    'AI_API_KEY=sk-your-api-key-here',
    'OPENAI_API_KEY=$OPENAI_API_KEY_OF_MINE_1234',
    'GH_TOKEN: $GITHUB_TOKEN_12345678',
    'sk-or-v1-0123',
    'ghp_short',
    '-----BEGIN PUBLIC KEY-----',
    'bask-proj-',
  ]) {
    assert.deepEqual(findSecrets(none), [], none)
  }
})

test('a secret is found in files, in the history, in merges and messages, once each, and never shown', async t => {
  const repository = makeGitRepository(t, { 'README.md': 'hello\n' })
  repository.commit({ 'old.env': `A=1\nKEY=${secrets.openrouter}\n` })
  repository.git('rm', '-q', 'old.env')
  repository.commit({ 'kept.env': `\nKEY=${secrets.openai}\r\n`, 'mac.txt': `one\r${secrets.age}\rtwo` })
  repository.commit({ 'copy.env': secrets.openai }, `Use ${secrets.github}`)
  repository.git('switch', '-qc', 'side')
  repository.commit({ side: '1' })
  repository.git('switch', '-q', 'main')
  repository.commit({ mine: '1' })
  repository.git('merge', '-q', '--no-ff', '--no-commit', 'side')
  repository.commit({ merged: secrets.fineGrained })
  repository.git('rm', '-q', 'merged')
  repository.commit({ 'id key': `${privateKey}\n` })
  const outside = join(repository.path, '..', 'nowhere')
  symlinkSync(outside, join(repository.path, 'link'))

  const found = await look(repository.path)
  assert.deepEqual(
    found.map(({ severity, what, where }) => [severity, what, where?.replace(/[0-9a-f]{12}/, 'SHA')]),
    [
      ['problem', 'a key of OpenAI lies in the repository', 'copy.env:1'],
      ['problem', 'a private key lies in the repository', 'id key:1'],
      ['problem', 'an identity of age lies in the repository', 'mac.txt:1'],
      ['problem', "a token of GitHub lies in the repository's history", 'merged in commit SHA'],
      ['problem', "a token of GitHub lies in the repository's history", 'the message of commit SHA'],
      ['problem', "a key of OpenRouter lies in the repository's history", 'old.env in commit SHA'],
    ],
  )
  for (const value of Object.values(secrets)) assert.equal(JSON.stringify(found).includes(value), false)
})

test('a repository without secrets is well, and what was not read is said', async t => {
  const repository = makeGitRepository(t, { big: 'x'.repeat(5000), '.gitignore': 'ignored\n' })
  writeFileSync(join(repository.path, 'ignored'), secrets.github)
  assert.deepEqual(await look(repository.path), [
    { severity: 'ok', what: '2 files and 1 commit read, no secret known by its form', where: null },
  ])
  const bounded = await look(repository.path, { mostFileBytes: 100, mostHistoryBytes: 1000 })
  assert.deepEqual(
    bounded.map(({ severity, what }) => [severity, what]),
    [
      ['warning', 'could not be checked: big is read to 100 bytes only'],
      ['warning', 'could not be checked: the history is longer than 1000 bytes; the newest were read'],
      ['ok', '1 file and 1 commit read, no secret known by its form'],
    ],
  )
})

test('a secret that the repository calls worthless is let pass, in the history too, and no other', async t => {
  const repository = makeGitRepository(t, { fixture: secrets.age, env: secrets.openai })
  repository.git('rm', '-q', 'fixture')
  repository.commit({ '.relayq-known-secrets': `# fixtures\n${fingerprintOf(secrets.age)} of a test\n` })
  const whats = async () => (await look(repository.path)).map(({ what }) => what)
  assert.deepEqual(await whats(), ['a key of OpenAI lies in the repository'])
  const [first] = await runChecks([repositorySecretsCheck(repository.path)])
  assert.match(first?.mend?.command ?? '', new RegExp(`echo "${fingerprintOf(secrets.openai)} why" >> `))
  repository.commit({
    '.relayq-known-secrets': `${fingerprintOf(secrets.age)}\n${fingerprintOf(secrets.openai)}\n`,
  })
  assert.deepEqual(await whats(), [
    '2 files and 3 commits read, no secret known by its form but 2 that .relayq-known-secrets lets pass',
  ])
})

test('what is no repository is said to be none', async t => {
  const [found] = await look(join(makeGitRepository(t).path, '.git', 'refs'))
  assert.match(found?.what ?? '', /could not be checked: git could not read/)
})
