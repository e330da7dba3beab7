import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { makeGitRepository } from '../../../test/support/git-repository.ts'
import { RelayError } from '../../base/errors.ts'
import { parseWorkflow } from '../../workflow/parse.ts'
import { openRepository } from './open-repository.ts'
import { type ParseWorkflow, WorkflowCatalog } from './workflow-catalog.ts'

const echo = 'on: workflow_dispatch\njobs: {a: {runs-on: x, steps: [{run: echo}]}}\n'

async function makeCatalog(
  t: TestContext,
  files: Record<string, string>,
  parse: ParseWorkflow = parseWorkflow,
) {
  const fixture = makeGitRepository(t, files)
  const repository = await openRepository(fixture.path)
  t.after(() => repository.close())
  return { fixture, catalog: new WorkflowCatalog(repository, parse), sha: fixture.git('rev-parse', 'HEAD') }
}

test('Workflows are the .yml and .yaml files of the one folder', async t => {
  const { catalog, sha } = await makeCatalog(t, {
    '.github/workflows/a.yml': echo,
    '.github/workflows/b.yaml': echo,
    '.github/workflows/notes.md': '',
    '.github/workflows/deeper/c.yml': echo,
  })
  const names = (await catalog.list(sha)).map(entry => entry.fileName)
  assert.deepEqual(names, ['a.yml', 'b.yaml'])
})

test('A workflow is found by file name, path and id, and its id is stable', async t => {
  const { catalog, sha } = await makeCatalog(t, { '.github/workflows/a.yml': echo })
  const [entry] = await catalog.list(sha)
  assert.ok(entry && Number.isSafeInteger(entry.id))
  for (const name of ['a.yml', '.github/workflows/a.yml', String(entry.id)]) {
    assert.deepEqual(await catalog.find(sha, name), entry)
  }
  assert.equal(await catalog.find(sha, 'b.yml'), null)
})

test('The same bytes are parsed once, in whatever commit they stand', async t => {
  const parsed: string[] = []
  const { fixture, catalog, sha } = await makeCatalog(
    t,
    { '.github/workflows/a.yml': echo },
    (path, content) => {
      parsed.push(path)
      return parseWorkflow(path, content)
    },
  )
  const next = fixture.commit({ 'README.md': 'x' })
  await catalog.read(sha, '.github/workflows/a.yml')
  await catalog.read(next, '.github/workflows/a.yml')
  assert.deepEqual(parsed, ['.github/workflows/a.yml'])
})

test('A file that cannot be planned with says why', async t => {
  const { catalog, sha } = await makeCatalog(t, {
    '.github/workflows/a.yml': 'on: workflow_dispatch\nzzz: 1\n',
  })
  const parsed = await catalog.read(sha, '.github/workflows/a.yml')
  assert.equal(parsed?.kind, 'invalid')
  assert.match(parsed?.kind === 'invalid' ? parsed.message : '', /a\.yml:\d+/)
})

test('A failure that is not the file’s is thrown and not remembered', async t => {
  let calls = 0
  const { catalog, sha } = await makeCatalog(
    t,
    { '.github/workflows/a.yml': echo },
    async (path, content) => {
      calls += 1
      if (calls === 1) throw new RelayError('internal', 'out of memory')
      return await parseWorkflow(path, content)
    },
  )
  await assert.rejects(catalog.read(sha, '.github/workflows/a.yml'), /out of memory/)
  assert.equal((await catalog.read(sha, '.github/workflows/a.yml'))?.kind, 'valid')
})
