import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { echoWorkflow, startTestHub } from '../../../test/support/running-hub.ts'

interface Compared {
  readonly status: string
  readonly ahead_by: number
  readonly behind_by: number
  readonly merge_base_commit: { readonly sha: string }
  readonly commits: readonly { readonly commit: { readonly message: string } }[]
  readonly files: readonly Readonly<Record<string, unknown>>[]
}

const long = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('')

/** `main`, and `feature/a` that left it one commit ago and has three of its own. */
async function diverged(t: TestContext) {
  const files = { '.github/workflows/echo.yml': echoWorkflow, 'a.txt': 'a\n', 'old name': long, gone: 'x\n' }
  const fixture = await startTestHub(t, files)
  const { repository } = fixture
  const fork = repository.git('rev-parse', 'HEAD')
  repository.git('checkout', '--quiet', '-b', 'feature/a')
  repository.commit({ 'a.txt': 'b\nc\n' }, 'One')
  repository.git('mv', 'old name', 'new name')
  repository.git('rm', '--quiet', 'gone')
  repository.commit({ 'ü/new.txt': 'new\n' }, 'Two')
  repository.commit({ 'image.bin': '\0\x01' }, 'Three')
  repository.git('checkout', '--quiet', 'main')
  repository.commit({ other: 'x' }, 'Meanwhile')
  const compare = async (basehead: string): Promise<Compared> => {
    const { status, body } = await fixture.json(`/compare/${basehead}`)
    assert.equal(status, 200)
    return body as unknown as Compared
  }
  return { ...fixture, fork, compare }
}

function messages({ commits }: Compared): readonly string[] {
  return commits.map(({ commit }) => commit.message)
}

test('Two branches are compared: commits of the one alone, oldest first, and the files they changed', async t => {
  const { compare, fork } = await diverged(t)
  const answer = await compare('main...feature/a')
  assert.deepEqual([answer.status, answer.ahead_by, answer.behind_by], ['diverged', 3, 1])
  assert.equal(answer.merge_base_commit.sha, fork)
  assert.deepEqual(messages(answer), ['One', 'Two', 'Three'])
  assert.deepEqual(
    answer.files.map(file => [file['filename'], file['status'], file['additions'], file['deletions']]),
    [
      ['a.txt', 'modified', 2, 1],
      ['gone', 'removed', 0, 1],
      ['image.bin', 'added', 0, 0],
      ['new name', 'renamed', 0, 0],
      ['ü/new.txt', 'added', 1, 0],
    ],
  )
  assert.equal(answer.files[3]?.['previous_filename'], 'old name')
})

test('How two commits stand to each other is said in GitHub’s four words', async t => {
  const { compare, fork } = await diverged(t)
  const words = await Promise.all([`main...main`, `main...${fork}`, `${fork}...main`].map(compare))
  assert.deepEqual(
    words.map(({ status }) => status),
    ['identical', 'behind', 'ahead'],
  )
})

test('A long comparison has pages, and its files stand on the first', async t => {
  const { compare, request } = await diverged(t)
  const first = await compare('main...feature/a?per_page=2')
  const second = await compare('main...feature/a?per_page=2&page=2')
  const third = await compare('main...feature/a?per_page=2&page=3')
  assert.deepEqual([first, second, third].map(messages), [['One', 'Two'], ['Three'], []])
  assert.deepEqual(
    [first, second].map(({ files }) => files.length),
    [5, 0],
  )
  const { headers } = await request('/compare/main...feature/a?per_page=2')
  assert.match(headers.get('Link') ?? '', /page=2>; rel="next"/)
})

test('Without a page the newest 250 commits are given', async t => {
  const { compare, repository, fork } = await diverged(t)
  const tree = repository.git('rev-parse', 'HEAD^{tree}')
  let tip = fork
  for (let nth = 1; nth <= 252; nth += 1) {
    tip = repository.git('commit-tree', tree, '-p', tip, '-m', String(nth))
  }
  const answer = await compare(`${fork}...${tip}`)
  assert.equal(answer.ahead_by, 252)
  assert.deepEqual([answer.commits.length, messages(answer)[0], messages(answer).at(-1)], [250, '3', '252'])
  assert.equal(messages(await compare(`${fork}...${tip}?page=1`))[0], '1')
})

test('What has no common ancestor, or is no pair of commits, is not found', async t => {
  const { request, repository } = await diverged(t)
  repository.git('checkout', '--quiet', '--orphan', 'alone')
  repository.git('commit', '--quiet', '--message', 'Alone')
  repository.git('checkout', '--quiet', 'main')
  const unrelated = await request('/compare/main...alone')
  assert.equal(unrelated.status, 404)
  assert.match(await unrelated.text(), /No common ancestor between main and alone/)
  for (const basehead of ['main', 'main..alone', 'main...none', 'none...main', 'main...--all', '...main']) {
    assert.equal((await request(`/compare/${basehead}`)).status, 404, basehead)
  }
})

test('No command that the repository configures takes part in a comparison', async t => {
  const { compare, repository } = await diverged(t)
  const mark = join(temporaryFolder(t), 'ran')
  repository.write({ '.git/info/attributes': '* diff=evil\n' })
  for (const name of ['command', 'textconv']) repository.git('config', `diff.evil.${name}`, `touch ${mark};`)
  repository.git('config', 'diff.external', `touch ${mark};`)
  assert.equal((await compare('main...feature/a')).files.length, 5)
  assert.equal(existsSync(mark), false)
})
