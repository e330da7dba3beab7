import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { isJsonObject, type JsonObject, parseJson } from '../../../../base/json.ts'
import { standInManifest } from './manifests.ts'

const root = mkdtempSync(join(tmpdir(), 'relayq-stand-ins-'))
const claims = Buffer.from(JSON.stringify({ scp: 'Other Actions.Results:run-1:job-1' })).toString('base64url')
const runtimeToken = `e30.${claims}.c2ln`

interface Answer {
  readonly status: number
  readonly body: string | Buffer | object
  readonly headers?: Readonly<Record<string, string>>
}

/** GitHub as far as the stand-ins see it: Twirp, blobs, tarballs. Each test may put an answer before its own. */
class ScriptedGitHub {
  origin = ''
  calls: string[] = []
  artifacts = new Map<string, { blob: Buffer; digest: string }>()
  caches = new Map<string, Buffer>()
  tarballs: string[] = []
  readonly overrides = new Map<string, () => Answer | null>()
  #blocks = new Map<string, Buffer>()
  #blobs = new Map<string, Buffer>()

  async answer(request: IncomingMessage, body: Buffer): Promise<Answer> {
    const url = new URL(request.url ?? '', this.origin)
    const name = url.pathname.split('/').at(-1) ?? ''
    this.calls.push(name)
    const override = this.overrides.get(name)?.()
    if (override) return override
    if (url.pathname.startsWith('/api/v3/')) return this.#rest(request, url)
    if (url.pathname.startsWith('/blob/')) return this.#blob(request, url, body)
    if (url.pathname.includes('/twirp/')) return this.#twirp(name, request, parseJson(body.toString()))
    return { status: 404, body: { message: 'Not Found' } }
  }

  #rest(request: IncomingMessage, url: URL): Answer {
    if (request.headers.authorization !== 'Bearer job-token') return { status: 401, body: { message: 'no' } }
    if (url.pathname.includes('/tarball')) {
      this.tarballs.push(url.pathname.slice('/api/v3/repos/'.length))
      return { status: 302, body: '', headers: { location: '/codeload/archive' } }
    }
    const artifacts = [...this.artifacts].map(([name, { digest }], index) => ({
      id: index + 1,
      name,
      digest,
    }))
    if (url.pathname.endsWith('/runs/99/artifacts')) return { status: 200, body: { artifacts } }
    const name = artifacts[Number(url.pathname.split('/').at(-2)) - 1]?.name
    return { status: 302, body: '', headers: { location: `/blob/artifact-${name}?sig=1` } }
  }

  #blob(request: IncomingMessage, url: URL, body: Buffer): Answer {
    const key = url.pathname
    if (request.method === 'GET') {
      const blob = this.#blobs.get(key) ?? Buffer.alloc(0)
      return { status: 200, body: blob, headers: { 'content-type': 'application/zip' } }
    }
    if (url.searchParams.get('comp') === 'block') {
      this.#blocks.set(url.searchParams.get('blockid') ?? '', body)
    } else {
      const ids = [...body.toString().matchAll(/<Latest>([^<]*)<\/Latest>/g)].map(match => match[1] ?? '')
      this.#blobs.set(key, Buffer.concat(ids.map(id => this.#blocks.get(id) ?? Buffer.alloc(0))))
    }
    return { status: 201, body: '' }
  }

  #twirp(method: string, request: IncomingMessage, body: unknown): Answer {
    if (request.headers.authorization !== `Bearer ${runtimeToken}`)
      return { status: 401, body: { code: 'x' } }
    if (!isJsonObject(body)) return { status: 400, body: { code: 'malformed', msg: 'malformed' } }
    const name = String(body['name'] ?? body['key'])
    const signed = (kind: string) => `${this.origin}/blob/${kind}-${encodeURIComponent(name)}?sig=1`
    const stored = (kind: string) =>
      this.#blobs.get(`/blob/${kind}-${encodeURIComponent(name)}`) ?? Buffer.alloc(0)
    switch (method) {
      case 'CreateArtifact':
        if (this.artifacts.has(name)) return { status: 409, body: { code: 'already_exists', msg: 'exists' } }
        return { status: 200, body: { ok: true, signed_upload_url: signed('artifact') } }
      case 'FinalizeArtifact':
        this.artifacts.set(name, { blob: stored('artifact'), digest: String(body['hash']) })
        assert.equal(String(body['size']), String(stored('artifact').length))
        return { status: 200, body: { ok: true, artifactId: '7' } }
      case 'ListArtifacts':
        return { status: 200, body: { artifacts: this.#list() } }
      case 'GetSignedArtifactURL':
        return { status: 200, body: { signed_url: signed('artifact') } }
      case 'DeleteArtifact':
        return { status: this.artifacts.delete(name) ? 200 : 404, body: { ok: true, code: 'not_found' } }
      case 'CreateCacheEntry':
        if (this.caches.has(name)) return { status: 409, body: { code: 'already_exists', msg: 'exists' } }
        return { status: 200, body: { ok: true, signed_upload_url: signed('cache') } }
      case 'FinalizeCacheEntryUpload':
        this.caches.set(name, stored('cache'))
        return { status: 200, body: { ok: true, entry_id: '3' } }
      case 'GetCacheEntryDownloadURL':
        return { status: 200, body: this.#findCache(body) }
      default:
        return { status: 404, body: { code: 'bad_route', msg: method } }
    }
  }

  #list(): object[] {
    return [...this.artifacts].map(([name, { blob, digest }], index) => ({
      workflow_run_backend_id: 'run-1',
      workflow_job_run_backend_id: 'job-1',
      database_id: String(index + 1),
      name,
      size: String(blob.length),
      digest,
    }))
  }

  #findCache(body: JsonObject): object {
    const restoreKeys = Array.isArray(body['restore_keys']) ? body['restore_keys'].map(String) : []
    const names = [...this.caches.keys()].reverse()
    const found = [String(body['key']), ...restoreKeys].flatMap(key =>
      names.filter(name => name.startsWith(key)),
    )[0]
    if (found === undefined) return { ok: false }
    const url = `${this.origin}/blob/cache-${encodeURIComponent(found)}?sig=1`
    return { ok: true, signed_download_url: url, matched_key: found }
  }
}

const github = new ScriptedGitHub()
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { status, body, headers } = await github.answer(request, Buffer.concat(chunks))
  const plain = typeof body === 'string' || Buffer.isBuffer(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(plain ? body : JSON.stringify(body))
  // An answer that announces more than it brings: the connection breaks.
  if (headers?.['content-length'] !== undefined) response.once('finish', () => request.socket.destroy())
})

let workspace = ''
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  github.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  workspace = mkdtempSync(join(root, 'workspace-'))
  github.calls = []
  github.artifacts.clear()
  github.caches.clear()
  github.tarballs = []
  github.overrides.clear()
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(root, { recursive: true, force: true })
})

interface StepRun {
  readonly code: number | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
}

/** Runs a script of a stand-in as the worker does: its own process, inputs and answers by environment and files. */
async function runStandIn(
  action: string,
  inputs: Readonly<Record<string, string>>,
  options: { readonly post?: Readonly<Record<string, string>> } = {},
): Promise<StepRun> {
  const manifest = standInManifest(action)
  assert.ok(manifest?.runs.kind === 'node')
  const script = options.post ? manifest.runs.post?.script : manifest.runs.main
  const temp = mkdtempSync(join(root, 'temp-'))
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STATE: join(temp, 'state') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const defaults = manifest.inputs.map(input => [
    input.name,
    typeof input.default === 'string' ? input.default : '',
  ])
  const values: Record<string, string> = { ...Object.fromEntries(defaults), ...inputs }
  const child = spawn(process.execPath, [script ?? ''], {
    cwd: workspace,
    env: {
      PATH: process.env['PATH'],
      HOME: temp,
      NODE_COMPILE_CACHE: join(root, 'compile-cache'),
      RUNNER_TEMP: temp,
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_RUN_ID: '5',
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SERVER_URL: github.origin,
      GITHUB_API_URL: `${github.origin}/api/v3`,
      ACTIONS_RESULTS_URL: `${github.origin}/ignored/path/`,
      ACTIONS_RUNTIME_TOKEN: runtimeToken,
      ...files,
      ...Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
      ...Object.fromEntries(
        Object.entries(options.post ?? {}).map(([name, value]) => [`STATE_${name}`, value]),
      ),
    },
  })
  let log = ''
  child.stdout.on('data', chunk => {
    log += chunk
  })
  child.stderr.on('data', chunk => {
    log += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.ok(!log.includes(runtimeToken), 'the token is never printed')
  return {
    code,
    log,
    outputs: readAssignments(files.GITHUB_OUTPUT),
    state: readAssignments(files.GITHUB_STATE),
  }
}

function readAssignments(file: string): Record<string, string> {
  const found = readFileSync(file, 'utf8').matchAll(/^(.+)<<(.+)\n([\s\S]*?)\n\2$/gm)
  return Object.fromEntries([...found].map(([, name, , value]) => [name ?? '', value ?? '']))
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true })
  writeFileSync(join(workspace, path), content)
}

/** Names in the zip of an artifact, as unzip lists them. */
function namesIn(artifact: string): string[] {
  const file = join(root, 'listed.zip')
  writeFileSync(file, github.artifacts.get(artifact)?.blob ?? '')
  const script = 'import sys,zipfile;print("\\n".join(sorted(zipfile.ZipFile(sys.argv[1]).namelist())))'
  return execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim().split('\n')
}

test('a folder is uploaded with its contents at the root of the archive', async () => {
  write('out/result.json', '{}')
  write('out/sub/transcript.txt', 'hello')
  write('out/.hidden', 'secret')
  const run = await runStandIn('actions/upload-artifact', {
    name: 'result',
    path: 'out',
    'retention-days': '3',
  })
  assert.equal(run.code, 0, run.log)
  assert.deepEqual(namesIn('result'), ['result.json', 'sub/transcript.txt'])
  const blob = github.artifacts.get('result')?.blob ?? ''
  const sha256 = createHash('sha256').update(blob).digest('hex')
  assert.equal(run.outputs['artifact-digest'], sha256)
  assert.equal(github.artifacts.get('result')?.digest, `sha256:${sha256}`)
  assert.equal(run.outputs['artifact-id'], '7')
  assert.equal(run.outputs['artifact-url'], `${github.origin}/o/r/actions/runs/5/artifacts/7`)
})

test('several patterns share their nearest ancestor, and a later line overrules an earlier one', async () => {
  for (const file of ['a/x.txt', 'a/b/y.txt', 'a/b/z.log', 'c/w.txt', 'c/.dot/v.txt']) write(file, file)
  symlinkSync('..', join(workspace, 'a/b/loop'))
  const path = 'a/**/*.txt\nc\n!**/x.txt\n# a comment'
  const run = await runStandIn('actions/upload-artifact', { path, 'include-hidden-files': 'true' })
  assert.equal(run.code, 0, run.log)
  assert.deepEqual(namesIn('artifact'), ['a/b/y.txt', 'c/.dot/v.txt', 'c/w.txt'])
})

test('a single file lies at the root, and archive: false sends it as it is', async () => {
  write('deep/down/one.txt', 'one')
  assert.equal((await runStandIn('actions/upload-artifact', { path: 'deep/down/one.txt' })).code, 0)
  assert.deepEqual(namesIn('artifact'), ['one.txt'])
  assert.equal((await runStandIn('actions/upload-artifact', { path: 'deep', archive: 'false' })).code, 0)
  assert.equal(github.artifacts.get('one.txt')?.blob.toString(), 'one')
})

test('nothing found is a warning, an error or nothing at all, as asked', async () => {
  const upload = (behaviour: string) =>
    runStandIn('actions/upload-artifact', { path: 'no/such', 'if-no-files-found': behaviour })
  const [warned, failed, ignored] = [await upload('warn'), await upload('error'), await upload('ignore')]
  assert.match(warned.log, /^::warning::No files were found/m)
  assert.match(failed.log, /^::error::No files were found/m)
  assert.deepEqual([warned.code, failed.code, ignored.code], [0, 1, 0])
  assert.deepEqual(github.calls, [])
})

test('a name that is taken is an error unless it may be overwritten', async () => {
  write('f', '1')
  await runStandIn('actions/upload-artifact', { path: 'f' })
  const second = await runStandIn('actions/upload-artifact', { path: 'f' })
  assert.match(second.log, /::error::This run already has an artifact named artifact/)
  const third = await runStandIn('actions/upload-artifact', { path: 'f', overwrite: 'true' })
  assert.equal(third.code, 0, third.log)
})

test('an unfit name and a malformed number are refused before anything is sent', async () => {
  write('f', '1')
  for (const inputs of [{ name: 'a/b' }, { 'retention-days': 'many' }, { overwrite: 'perhaps' }]) {
    const run = await runStandIn('actions/upload-artifact', { path: 'f', ...inputs })
    assert.equal(run.code, 1)
    assert.match(run.log, /^::error::/m)
    assert.ok(!/at .*\.ts:/.test(run.log), 'no stack trace')
  }
})

test('a server that stumbles once is asked again', async () => {
  write('f', '1')
  let stumbles = 1
  github.overrides.set('CreateArtifact', () => (stumbles-- > 0 ? { status: 503, body: 'busy' } : null))
  const run = await runStandIn('actions/upload-artifact', { path: 'f' })
  assert.equal(run.code, 0, run.log)
  assert.deepEqual(github.calls.slice(0, 2), ['CreateArtifact', 'CreateArtifact'])
})

test('artifacts are downloaded by name, by pattern, and all of them', async () => {
  write('in/a.txt', 'a')
  for (const name of ['one', 'two', 'other'])
    await runStandIn('actions/upload-artifact', { name, path: 'in' })
  const byName = await runStandIn('actions/download-artifact', { name: 'one', path: 'by-name' })
  assert.equal(byName.code, 0, byName.log)
  assert.equal(readFileSync(join(workspace, 'by-name/a.txt'), 'utf8'), 'a')
  assert.equal(byName.outputs['download-path'], join(workspace, 'by-name'))
  await runStandIn('actions/download-artifact', { pattern: 't*', path: 'by-pattern' })
  assert.deepEqual(readdirSync(join(workspace, 'by-pattern')), ['two'])
  await runStandIn('actions/download-artifact', { path: 'all' })
  assert.deepEqual(readdirSync(join(workspace, 'all')).sort(), ['one', 'other', 'two'])
  await runStandIn('actions/download-artifact', { path: 'flat', 'merge-multiple': 'true' })
  assert.deepEqual(readdirSync(join(workspace, 'flat')), ['a.txt'])
  await runStandIn('actions/download-artifact', { 'artifact-ids': '2', path: 'by-id' })
  assert.deepEqual(readdirSync(join(workspace, 'by-id')), ['a.txt'])
  const absent = await runStandIn('actions/download-artifact', { name: 'three' })
  assert.match(absent.log, /::error::There is no artifact named three; this run has: one, two, other/)
})

test('an artifact whose digest is wrong is refused', async () => {
  write('in/a.txt', 'a')
  await runStandIn('actions/upload-artifact', { path: 'in' })
  const stored = github.artifacts.get('artifact')
  if (stored) stored.digest = `sha256:${'0'.repeat(64)}`
  const run = await runStandIn('actions/download-artifact', { name: 'artifact', path: 'out' })
  assert.equal(run.code, 1)
  assert.match(run.log, /::error::The digest of artifact is/)
  assert.ok(!existsSync(join(workspace, 'out')))
})

test('a transfer that breaks off is started again', async () => {
  write('in/a.txt', 'a')
  await runStandIn('actions/upload-artifact', { path: 'in' })
  let broken = 1
  github.overrides.set('artifact-artifact', () =>
    broken-- > 0 ? { status: 200, body: 'cut', headers: { 'content-length': '1000' } } : null,
  )
  const run = await runStandIn('actions/download-artifact', { name: 'artifact', path: 'out' })
  assert.equal(run.code, 0, run.log)
  assert.deepEqual(readdirSync(join(workspace, 'out')), ['a.txt'])
})

test('artifacts of another run are found through the REST API', async () => {
  write('in/a.txt', 'a')
  await runStandIn('actions/upload-artifact', { path: 'in' })
  const other = { 'github-token': 'job-token', 'run-id': '99', repository: 'o/other' }
  const run = await runStandIn('actions/download-artifact', { name: 'artifact', path: 'out', ...other })
  assert.equal(run.code, 0, run.log)
  assert.equal(readFileSync(join(workspace, 'out/a.txt'), 'utf8'), 'a')
  assert.ok(!run.log.includes('job-token'))
})

/** What GitHub would send for o/r: one folder at the top, the commit in the archive's comment. */
function serveRepository(
  files: Readonly<Record<string, string>> = {},
  links: Readonly<Record<string, string>> = {},
): string {
  const repository = mkdtempSync(join(root, 'repository-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args])
  git('init', '-q')
  writeFileSync(join(repository, 'README.md'), 'from the repository')
  writeFileSync(join(repository, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true })
    writeFileSync(join(repository, path), text)
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(repository, path))
  git('add', '.')
  git('commit', '-qm', 'one')
  const body = git('archive', '--format=tar.gz', '--prefix=o-r-abc/', 'HEAD')
  github.overrides.set('archive', () => ({
    status: 200,
    body,
    headers: { 'content-type': 'application/gzip' },
  }))
  return git('rev-parse', 'HEAD').toString().trim()
}

test('a checkout brings the files of the commit and says that it is a tarball', async () => {
  const commit = serveRepository()
  write('old.txt', 'left over')
  const run = await runStandIn('actions/checkout', { token: 'job-token', 'fetch-depth': '0' })
  assert.equal(run.code, 0, run.log)
  assert.match(run.log, /as a tarball: there is no \.git and no history/)
  assert.match(run.log, /fetch-depth is ignored/)
  assert.deepEqual(readdirSync(workspace).sort(), ['README.md', 'run.sh'])
  assert.deepEqual(run.outputs, { ref: 'refs/heads/main', commit })
  assert.deepEqual(github.tarballs, [`o/r/tarball/${'a'.repeat(40)}`])
  assert.ok(!run.log.includes('job-token'))
})

test('a sparse checkout brings the folders it names, and nothing of the others is looked at', async () => {
  serveRepository(
    { 'jobs/a/b.sh': 'b', 'jobs/c.sh': 'c', 'jobsite/d': 'd', 'src/e': 'e' },
    { 'src/out': '/etc' },
  )
  const run = await runStandIn('actions/checkout', { token: 'job-token', 'sparse-checkout': 'jobs\n' })
  assert.equal(run.code, 0, run.log)
  const places = readdirSync(workspace, { recursive: true }).map(String).sort()
  assert.deepEqual(places, ['README.md', 'jobs', 'jobs/a', 'jobs/a/b.sh', 'jobs/c.sh', 'run.sh'])
})

test('a checkout into a folder without cleaning keeps what is there', async () => {
  serveRepository()
  write('sub/old.txt', 'kept')
  write('sub/README.md', 'replaced')
  const inputs = {
    token: 'job-token',
    path: 'sub',
    clean: 'false',
    repository: 'o/other',
    ref: 'feature/x y',
  }
  const run = await runStandIn('actions/checkout', inputs)
  assert.equal(run.code, 0, run.log)
  assert.deepEqual(readdirSync(join(workspace, 'sub')).sort(), ['README.md', 'old.txt', 'run.sh'])
  assert.equal(readFileSync(join(workspace, 'sub/README.md'), 'utf8'), 'from the repository')
  assert.deepEqual(github.tarballs, ['o/other/tarball/feature/x%20y'])
})

test('a checkout refuses what a tarball cannot give, and paths out of the workspace', async () => {
  const cases = [
    { submodules: 'recursive' },
    { lfs: 'true' },
    { 'ssh-key': 'k' },
    { path: '../x' },
    { ref: '../x' },
  ]
  for (const inputs of cases) {
    const run = await runStandIn('actions/checkout', { token: 'job-token', ...inputs })
    assert.equal(run.code, 1)
    assert.match(run.log, /^::error::/m)
  }
  assert.deepEqual(github.tarballs, [])
})

test('a checkout of something unknown says what was asked for', async () => {
  github.overrides.set('archive', () => ({ status: 404, body: 'Not Found' }))
  const run = await runStandIn('actions/checkout', { token: 'job-token' })
  assert.match(
    run.log,
    /^::error::o\/r at \S+ cannot be had: http:.*\/codeload\/archive answered 404\. Check its name/m,
  )
})

test('a cache is saved after a miss and restored by its key or a prefix of it', async () => {
  const inputs = { path: 'node_modules\n../outside-of-it', key: 'deps-1', 'restore-keys': 'deps-' }
  const miss = await runStandIn('actions/cache', inputs)
  assert.match(miss.log, /Cache not found for input keys: deps-1, deps-/)
  assert.deepEqual(miss.outputs, { 'cache-primary-key': 'deps-1' })

  write('node_modules/.bin/tool', 'tool')
  mkdirSync(join(workspace, 'node_modules/empty'))
  symlinkSync('tool', join(workspace, 'node_modules/.bin/link'))
  const saved = await runStandIn('actions/cache', inputs, { post: miss.state })
  assert.match(saved.log, /Cache saved with key: deps-1/, saved.log)

  rmSync(join(workspace, 'node_modules'), { recursive: true })
  const hit = await runStandIn('actions/cache', inputs)
  assert.equal(hit.outputs['cache-hit'], 'true', hit.log)
  assert.deepEqual(readdirSync(join(workspace, 'node_modules/.bin')).sort(), ['link', 'tool'])
  assert.ok(existsSync(join(workspace, 'node_modules/empty')))
  assert.match((await runStandIn('actions/cache', inputs, { post: hit.state })).log, /not saving cache/)

  const other = await runStandIn('actions/cache/restore', { ...inputs, key: 'deps-2' })
  assert.equal(other.outputs['cache-hit'], 'false')
  assert.equal(other.outputs['cache-matched-key'], 'deps-1')
})

test('a lookup downloads nothing, and a miss fails where that is asked for', async () => {
  write('dir/f', '1')
  assert.equal((await runStandIn('actions/cache/save', { path: 'dir/*', key: 'k' })).code, 0)
  github.calls = []
  const lookup = await runStandIn('actions/cache/restore', { path: 'dir/*', key: 'k', 'lookup-only': 'true' })
  assert.equal(lookup.outputs['cache-hit'], 'true')
  assert.deepEqual(github.calls, ['GetCacheEntryDownloadURL'])
  const miss = await runStandIn('actions/cache', { path: 'dir', key: 'x', 'fail-on-cache-miss': 'true' })
  assert.equal(miss.code, 1)
  assert.match(miss.log, /^::error::Cache not found/m)
})

test('a cache that cannot be had or kept is a warning', async () => {
  const refuse = () => ({ status: 403, body: { code: 'permission_denied', msg: 'read only' } })
  for (const method of ['GetCacheEntryDownloadURL', 'CreateCacheEntry']) github.overrides.set(method, refuse)
  write('dir/f', '1')
  const restored = await runStandIn('actions/cache/restore', { path: 'dir', key: 'k' })
  assert.match(restored.log, /^::warning::The cache could not be restored: .*read only/m)
  const odd = await runStandIn('actions/cache/save', { path: 'dir', key: 'a,b' })
  assert.match(odd.log, /^::warning::The cache could not be saved: The key 'a,b' may not/m)
  assert.equal(odd.code, 0)
  const saved = await runStandIn('actions/cache/save', { path: 'dir', key: 'k' })
  assert.match(saved.log, /^::warning::The cache could not be saved: .*read only/m)
  assert.deepEqual([restored.code, saved.code], [0, 0])
  const commas = await runStandIn('actions/cache', { path: 'dir', key: 'a,b' })
  assert.equal(commas.code, 1)
})
