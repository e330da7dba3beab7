import type { ConformanceApi } from '../conformance-api.ts'

const at = '/repos/{owner}/{repo}/git'
const nothing = '0123456789012345678901234567890123456789'

/** Blob, tree, commit and tag, each made of the one before. */
export async function gitDatabaseScenario(api: ConformanceApi): Promise<void> {
  const head = api.hub.repository.git('rev-parse', 'HEAD')
  const make = async (what: string, parameters: object): Promise<string> => {
    const answer = await api.call(`POST ${at}/${what}`, { ...parameters }, { status: 201 })
    return String(answer.body['sha'])
  }
  const refuse = async (what: string, parameters: object): Promise<unknown> =>
    await api.call(`POST ${at}/${what}`, { ...parameters }, { status: 422 })

  const blob = await make('blobs', { content: 'aGVsbG8=', encoding: 'base64' })
  await refuse('blobs', { content: 5 })
  await api.call(`GET ${at}/blobs/{file_sha}`, { file_sha: blob }, { status: 200 })
  await api.call(`GET ${at}/blobs/{file_sha}`, { file_sha: nothing }, { status: 404 })
  await api.call(`GET ${at}/blobs/{file_sha}`, { file_sha: 'main' }, { status: 422 })
  const accept = 'application/vnd.github.raw+json'
  await api.call(`GET ${at}/blobs/{file_sha}`, { file_sha: blob }, { status: 200, accept })

  const entry = { path: 'a/b', mode: '100644', type: 'blob', sha: blob }
  const tree = await make('trees', { base_tree: head, tree: [entry] })
  await refuse('trees', { tree: [{ ...entry, sha: nothing }] })
  await api.call(`GET ${at}/trees/{tree_sha}`, { tree_sha: tree, recursive: 1 }, { status: 200 })
  await api.call(`GET ${at}/trees/{tree_sha}`, { tree_sha: 'main' }, { status: 200 })
  await api.call(`GET ${at}/trees/{tree_sha}`, { tree_sha: nothing }, { status: 404 })
  await api.call(`GET ${at}/trees/{tree_sha}`, { tree_sha: 'a'.repeat(300) }, { status: 422 })

  const commit = await make('commits', { message: 'Made by hand', tree, parents: [head] })
  await refuse('commits', { message: 'Of nothing', tree: nothing })
  const tag = await make('tags', { tag: 'v1', message: 'One', object: commit, type: 'commit' })
  await refuse('tags', { tag: 'v1', message: 'Of nothing', object: nothing, type: 'commit' })
  await api.call(`GET ${at}/tags/{tag_sha}`, { tag_sha: tag }, { status: 200 })
  await api.call(`GET ${at}/tags/{tag_sha}`, { tag_sha: commit }, { status: 404 })

  await moveRefs(api, { head, commit, tag })
}

async function moveRefs(
  api: ConformanceApi,
  { head, commit, tag }: { readonly head: string; readonly commit: string; readonly tag: string },
): Promise<void> {
  const create = `POST ${at}/refs`
  const update = `PATCH ${at}/refs/{ref}`
  const remove = `DELETE ${at}/refs/{ref}`
  await api.call(create, { ref: 'refs/heads/side', sha: head }, { status: 201 })
  await api.call(create, { ref: 'refs/tags/v1', sha: tag }, { status: 201 })
  await api.call(create, { ref: 'refs/heads/side', sha: head }, { status: 422 })
  await api.call(update, { ref: 'heads/side', sha: commit }, { status: 200 })
  await api.call(update, { ref: 'heads/side', sha: head }, { status: 422 })
  await api.call(update, { ref: 'heads/side', sha: head, force: true }, { status: 200 })
  await api.call(remove, { ref: 'heads/side' }, { status: 204 })
  await api.call(remove, { ref: 'heads/side' }, { status: 422 })
  api.hub.repository.write({ '.github/workflows/echo.yml': 'edited' })
  await api.call(update, { ref: 'heads/main', sha: commit }, { status: 409 })
}

export async function fileScenario(api: ConformanceApi): Promise<void> {
  const path = 'docs/README.md'
  const put = 'PUT /repos/{owner}/{repo}/contents/{path}'
  const remove = 'DELETE /repos/{owner}/{repo}/contents/{path}'
  const readme = 'GET /repos/{owner}/{repo}/readme'
  const file = { path, message: 'Write', content: 'aGVsbG8=' }
  await api.call(readme, {}, { status: 404 })
  const made = await api.call(put, file, { status: 201 })
  const { sha } = made.body['content'] as { readonly sha: string }
  const { headers } = await api.call(readme, {}, { status: 200 })
  await api.call(readme, {}, { status: 304, headers: { 'If-None-Match': headers.get('ETag') ?? '' } })
  await api.call(put, file, { status: 422 })
  await api.call(put, { ...file, sha: '0'.repeat(40) }, { status: 409 })
  await api.call(put, { ...file, branch: 'none' }, { status: 404 })
  const changed = await api.call(put, { ...file, content: 'Yg==', sha }, { status: 200 })
  const latest = changed.body['content'] as { readonly sha: string }
  await api.call(remove, { path, message: 'Go', sha }, { status: 409 })
  await api.call(remove, { path, sha: latest.sha }, { status: 422 })
  await api.call(remove, { path: 'none', message: 'Go', sha }, { status: 404 })
  await api.call(remove, { path, message: 'Go', sha: latest.sha }, { status: 200 })
}
