import type { ConformanceApi } from '../conformance-api.ts'

export async function repositoryScenario(api: ConformanceApi): Promise<void> {
  await api.call('GET /repos/{owner}/{repo}', {}, { status: 200 })
  const change = 'PATCH /repos/{owner}/{repo}'
  await api.call(change, { has_issues: true, private: false, description: 'A queue.' }, { status: 200 })
  await api.call(change, { visibility: 'hidden' }, { status: 422 })
  await api.call('GET /repos/{owner}/{repo}', {}, { status: 200 })
  const contents = 'GET /repos/{owner}/{repo}/contents/{path}'
  const { headers } = await api.call(contents, { path: '' }, { status: 200 })
  const known = { 'If-None-Match': headers.get('ETag') ?? '' }
  await api.call(contents, { path: '' }, { status: 304, headers: known })
  await api.call(contents, { path: '.github/workflows' }, { status: 200 })
  await api.call(contents, { path: '.github/workflows/echo.yml', ref: 'main' }, { status: 200 })
  const raw = 'application/vnd.github.raw+json'
  await api.call(contents, { path: '.github/workflows/echo.yml' }, { status: 200, accept: raw })
  await api.call(contents, { path: 'no/such.file' }, { status: 404 })
  await api.call(contents, { path: '', ref: 'no-such-branch' }, { status: 404 })
  for (const archive of ['tarball', 'zipball']) {
    await api.call(`GET /repos/{owner}/{repo}/${archive}/{ref}`, { ref: 'main' }, { status: 302 })
    await api.call(`GET /repos/{owner}/{repo}/${archive}/{ref}`, { ref: 'no-such-branch' }, { status: 404 })
  }
}
