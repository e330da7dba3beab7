import assert from 'node:assert/strict'
import type { ConformanceApi } from '../conformance-api.ts'

export async function gitObjectScenario(api: ConformanceApi): Promise<void> {
  const { repository } = api.hub
  const first = repository.git('rev-parse', 'HEAD')
  const second = repository.commit({ 'a/file': 'text' })
  repository.git('branch', 'feature/a', first)
  repository.git('tag', 'v1', first)
  repository.git('tag', '--annotate', '--message', 'Two', 'v2')
  const at = '/repos/{owner}/{repo}'

  await api.call(`GET ${at}/git/ref/{ref}`, { ref: 'heads/main' }, { status: 200 })
  await api.call(`GET ${at}/git/ref/{ref}`, { ref: 'tags/v2' }, { status: 200 })
  await api.call(`GET ${at}/git/ref/{ref}`, { ref: 'heads/none' }, { status: 404 })
  await api.call(`GET ${at}/git/matching-refs/{ref}`, { ref: 'tags/v', per_page: 1 }, { status: 200 })
  await api.call(`GET ${at}/branches`, { per_page: 1 }, { status: 200 })
  await api.call(`GET ${at}/branches/{branch}`, { branch: 'feature/a' }, { status: 200 })
  await api.call(`GET ${at}/branches/{branch}`, { branch: 'none' }, { status: 404 })
  await api.call(`GET ${at}/tags`, {}, { status: 200 })

  await api.call(`GET ${at}/git/commits/{commit_sha}`, { commit_sha: second }, { status: 200 })
  await api.call(`GET ${at}/git/commits/{commit_sha}`, { commit_sha: 'main' }, { status: 404 })
  await api.call(`GET ${at}/commits/{ref}`, { ref: 'feature/a' }, { status: 200 })
  await api.call(`GET ${at}/commits/{ref}`, { ref: 'none' }, { status: 422 })
  const accept = 'application/vnd.github.sha'
  const sha = await api.call(`GET ${at}/commits/{ref}`, { ref: 'v2' }, { status: 200, accept })
  assert.equal(sha.text, second)

  const compare = `GET ${at}/compare/{basehead}`
  await api.call(compare, { basehead: 'feature/a...main' }, { status: 200 })
  await api.call(compare, { basehead: 'none...main' }, { status: 404 })

  await api.call(`GET ${at}/commits`, { per_page: 1 }, { status: 200 })
  await api.call(`GET ${at}/commits`, { sha: 'none' }, { status: 404 })
  const changes = await api.call(`GET ${at}/commits`, { path: 'a/file' }, { status: 200 })
  const shas = (JSON.parse(changes.text) as { sha: string }[]).map(commit => commit.sha)
  assert.deepEqual(shas, [second])
}
