import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { copyFromRoots } from './fetch-path.ts'

/** `root` lends its files; beside it lie `outside` and, with a name that begins like it, `root-2`. */
async function folders(t: TestContext) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'relayq-roots-')))
  t.after(() => rm(folder, { recursive: true }))
  const root = join(folder, 'root')
  for (const name of ['root', 'root/inner', 'root-2', 'outside', 'work']) await mkdir(join(folder, name))
  for (const name of ['root/inner/talk.mp3', 'root-2/talk.mp3', 'outside/secret'])
    await writeFile(join(folder, name), `of ${name}`)
  const copy = (source: string, roots: readonly string[] = [root], maxBytes = 1000) =>
    copyFromRoots(source, roots, {
      path: join(folder, 'work/input'),
      maxBytes,
      signal: new AbortController().signal,
      inspect: head => {
        if (head.toString().includes('junk')) throw new Error('refused')
      },
    })
  const copied = () => readFile(join(folder, 'work/input'), 'utf8')
  return { folder, root, copy, copied, at: (name: string) => join(folder, name) }
}

test('a file below a root is copied, also by a link that stays below one, or a root that is a link', async t => {
  const { root, copy, copied, at } = await folders(t)
  assert.equal(await copy(at('root/inner/talk.mp3')), 22)
  assert.equal(await copied(), 'of root/inner/talk.mp3')
  await symlink('inner/talk.mp3', at('root/newest.mp3'))
  assert.equal(await copy(at('root/newest.mp3')), 22)
  await symlink(root, at('alias'))
  assert.equal(await copy(at('alias/inner/talk.mp3'), ['relative', at('absent'), at('alias')]), 22)
})

test('what lies outside the roots is refused, by whatever way it is named, and whether or not it is there', async t => {
  const { folder, copy, at } = await folders(t)
  await symlink(at('outside/secret'), at('root/link'))
  await symlink(at('outside'), at('root/way'))
  const names = [
    'outside/secret',
    'outside/absent',
    'root-2/talk.mp3',
    'root/../outside/secret',
    'root/../outside/absent',
    'root/link',
    'root/way/secret',
    'root',
  ]
  for (const name of names) {
    const refused = copy(name.includes('..') ? `${folder}/${name}` : at(name))
    await assert.rejects(refused, { code: 'tool_missing' }, name)
  }
  await assert.rejects(copy('/etc/passwd'), {
    code: 'tool_missing',
    message: /is not in a folder this machine lends/,
    hint: /RELAYQ_INPUT_ROOTS.*--pin/,
  })
  assert.deepEqual(await readdir(at('work')), [])
})

test('a file another machine may have is temporary, what is no file is not', async t => {
  const { copy, at } = await folders(t)
  await assert.rejects(copy(at('root/absent.mp3')), { code: 'tool_missing', exitCode: 75 })
  await assert.rejects(copy(at('root/inner/talk.mp3'), []), { code: 'tool_missing', exitCode: 75 })
  await assert.rejects(copy(at('root/inner')), { code: 'file_unusable' })
  execFileSync('mkfifo', [at('root/pipe')])
  await assert.rejects(copy(at('root/pipe')), { code: 'file_unusable' })
  await writeFile(at('root/empty'), '')
  await assert.rejects(copy(at('root/empty')), { code: 'file_unusable' })
})

test('the limit holds, and the beginning is looked at before anything is copied', async t => {
  const { copy, at } = await folders(t)
  await assert.rejects(copy(at('root/inner/talk.mp3'), [at('root')], 21), { code: 'too_large' })
  await writeFile(at('root/junk'), 'junk')
  await assert.rejects(copy(at('root/junk')), { message: 'refused' })
  assert.deepEqual(await readdir(at('work')), [])
})
