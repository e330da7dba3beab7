import assert from 'node:assert/strict'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeGitRepository } from '../../test/support/git-repository.ts'
import { readLocalScript } from './local-script.ts'

test('A script of the checkout is known by the id git has for it, and whether its last commit has it', async t => {
  const fixture = makeGitRepository(t, { 'jobs/a.sh': 'one\n' })
  const read = (place: string, cwd = fixture.path) => readLocalScript(fixture.path, cwd, place)
  const committed = await read('jobs/a.sh')
  assert.equal(committed?.blob, fixture.git('rev-parse', 'HEAD:jobs/a.sh'))
  assert.equal(await committed?.isCommitted(), true)

  fixture.write({ 'jobs/a.sh': 'two\n', 'jobs/new.sh': 'new\n' })
  const edited = await read('jobs/a.sh', join(fixture.path, 'jobs'))
  assert.notEqual(edited?.blob, committed?.blob)
  assert.equal(await edited?.isCommitted(), false)
  assert.equal(await (await read('jobs/new.sh'))?.isCommitted(), false)
})

test('Where there is none, or it was called elsewhere, nothing is known', async t => {
  const fixture = makeGitRepository(t, { 'jobs/a.sh': 'one\n' })
  const folder = join(fixture.path, 'jobs')
  symlinkSync('a.sh', join(folder, 'link.sh'))
  mkdirSync(join(folder, 'inner'))
  for (const place of ['jobs/none.sh', 'jobs/inner', 'jobs/link.sh'])
    assert.equal(await readLocalScript(fixture.path, fixture.path, place), null)
  assert.equal(await readLocalScript(fixture.path, join(fixture.path, '..'), 'jobs/a.sh'), null)
  assert.equal(await readLocalScript(folder, folder, 'a.sh'), null)
})

test('No filter of the checkout is run, which may be a stranger’s', async t => {
  const fixture = makeGitRepository(t, { 'jobs/a.sh': 'one\n' })
  const plain = await readLocalScript(fixture.path, fixture.path, 'jobs/a.sh')
  fixture.write({ '.gitattributes': 'jobs/* filter=sly\n' })
  fixture.git('config', 'filter.sly.clean', 'touch ran; cat')
  const read = await readLocalScript(fixture.path, fixture.path, 'jobs/a.sh')
  await read?.isCommitted()
  assert.equal(read?.blob, plain?.blob)
  assert.equal(existsSync(join(fixture.path, 'ran')), false)
})
