import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Octokit } from 'octokit'
import { startTestHub, testToken } from '../support/running-hub.ts'

test('Octokit commits several files at once, tags them, and writes and deletes one', async t => {
  const hub = await startTestHub(t)
  const octokit = new Octokit({ auth: testToken, baseUrl: hub.hub.apiUrl, throttle: { enabled: false } })
  const { git, repos } = octokit.rest
  const repository = { owner: 'octo', repo: 'queue' }
  const main = { ...repository, ref: 'heads/main' }
  const { data: head } = await git.getRef(main)
  const blob = await git.createBlob({ ...repository, content: 'b25l', encoding: 'base64' })
  const { data: tree } = await git.createTree({
    ...repository,
    base_tree: head.object.sha,
    tree: [
      { path: 'a/one', mode: '100644', type: 'blob', sha: blob.data.sha },
      { path: 'two', mode: '100644', type: 'blob', content: 'two' },
    ],
  })
  const parents = [head.object.sha]
  const { data: commit } = await git.createCommit({ ...repository, message: 'Both', tree: tree.sha, parents })
  await git.updateRef({ ...main, sha: commit.sha })
  assert.equal(readFileSync(join(hub.repository.path, 'a/one'), 'utf8'), 'one')
  await git.createRef({ ...repository, ref: 'refs/tags/v1', sha: commit.sha })
  assert.equal(hub.repository.git('rev-parse', 'v1'), commit.sha)

  const file = { ...repository, path: 'README.md', message: 'Write' }
  const { data: written } = await repos.createOrUpdateFileContents({ ...file, content: 'aGVsbG8=' })
  const { data: readme } = await repos.getReadme(repository)
  assert.equal(Buffer.from(readme.content, 'base64').toString(), 'hello')
  await repos.deleteFile({ ...file, sha: written.content?.sha ?? '' })
  await assert.rejects(repos.getReadme(repository), { status: 404 })
  await git.deleteRef({ ...repository, ref: 'tags/v1' })
  assert.equal(hub.repository.git('tag', '--list'), '')
})
