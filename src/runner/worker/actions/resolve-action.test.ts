import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { StepReference } from '../../../model/step-reference.ts'
import { type ResolveActionOptions, resolveAction } from './resolve-action.ts'

const root = mkdtempSync(join(tmpdir(), 'relayq-resolve-'))
after(() => rmSync(root, { recursive: true, force: true }))

const manifest = 'name: Real\nruns: {using: node20, main: main.js}\n'
const sha = '0123456789abcdef0123456789abcdef01234567'

function folders(): ResolveActionOptions & { archiveCache: string } {
  const dir = mkdtempSync(join(root, 'job-'))
  for (const name of ['workspace', 'cache']) mkdirSync(join(dir, name))
  return {
    workspace: join(dir, 'workspace'),
    actionsDir: join(dir, 'actions'),
    archiveCache: join(dir, 'cache'),
    mode: 'offline',
  }
}

function remote(name: string, ref: string, path?: string): StepReference {
  return { type: 'repository', repositoryType: 'GitHub', name, ref, ...(path === undefined ? {} : { path }) }
}

const local = (path: string): StepReference => ({ type: 'repository', repositoryType: 'self', path })

function writeArchive(file: string): void {
  const source = mkdtempSync(join(root, 'source-'))
  mkdirSync(join(source, 'o-r-1/sub'), { recursive: true })
  writeFileSync(join(source, 'o-r-1/action.yml'), manifest)
  writeFileSync(join(source, 'o-r-1/sub/action.yml'), manifest.replace('Real', 'Sub'))
  mkdirSync(join(file, '..'), { recursive: true })
  execFileSync('tar', ['-C', source, '-czf', file, 'o-r-1'])
}

test('an action of the workspace is found', async () => {
  const options = folders()
  mkdirSync(join(options.workspace, '.github/greet'), { recursive: true })
  writeFileSync(join(options.workspace, '.github/greet/action.yml'), manifest)
  const action = await resolveAction(local('./.github/greet'), options)
  assert.equal(action.manifest.name, 'Real')
  assert.ok(action.directory.endsWith('/workspace/.github/greet'))
})

test('a local action may not leave the workspace, by dots or by a link', async () => {
  const options = folders()
  const outside = join(options.workspace, '../outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'action.yml'), manifest)
  symlinkSync(outside, join(options.workspace, 'link'))
  await assert.rejects(resolveAction(local('./../outside'), options), /leads out of the workspace/)
  await assert.rejects(resolveAction(local('./link'), options), /leads out of the workspace/)
  await assert.rejects(resolveAction(local('./nothing'), options), /is not in the workspace/)
})

test('an archive at hand comes before the stand-in', async () => {
  const options = folders()
  writeArchive(join(options.archiveCache, 'actions_upload-artifact', `${sha}.tar.gz`))
  const action = await resolveAction(remote('actions/upload-artifact', sha), options)
  assert.equal(action.manifest.name, 'Real')
  assert.match(action.note, /^Using actions\/upload-artifact@0123.* from .*\.tar\.gz$/)
  const sub = await resolveAction(remote('actions/upload-artifact', sha, 'sub'), options)
  assert.equal(sub.manifest.name, 'Sub')
  await assert.rejects(resolveAction(remote('actions/upload-artifact', sha, 'no'), options), /has no folder/)
})

test('without an archive the stand-in runs, and the note says so', async () => {
  const options = { ...folders(), archiveCache: null }
  const action = await resolveAction(remote('actions/upload-artifact', 'v7'), options)
  assert.equal(action.note, "Using RelayQ's stand-in for actions/upload-artifact@v7 (no archive at hand)")
})

test('every script of every stand-in exists', async () => {
  const names = ['checkout', 'upload-artifact', 'download-artifact', 'cache', 'cache/restore', 'cache/save']
  for (const name of names) {
    const [repository = '', ...path] = name.split('/')
    const { manifest } = await resolveAction(remote(`actions/${repository}`, 'v1', path.join('/')), folders())
    assert.equal(manifest.runs.kind, 'node')
    if (manifest.runs.kind !== 'node') continue
    assert.ok(existsSync(manifest.runs.main), manifest.runs.main)
    if (manifest.runs.post) assert.ok(existsSync(manifest.runs.post.script))
  }
})

test('any other action needs the network, where it is allowed', async () => {
  const options = folders()
  await assert.rejects(
    resolveAction(remote('o/r', 'v1'), options),
    (error: { message: string; hint: string }) => {
      assert.equal(error.message, 'There is no archive of the action o/r@v1 at hand')
      assert.match(error.hint, /cache\/o_r\/v1\.tar\.gz .*--actions network/)
      return true
    },
  )
  const stored = join(root, 'download.tar.gz')
  writeArchive(stored)
  const asked: string[] = []
  const action = await resolveAction(remote('o/r', 'v1', 'sub'), {
    ...options,
    mode: 'network',
    download: async ({ repository, ref, file }) => {
      asked.push(`${repository}@${ref}`)
      copyFileSync(stored, file)
    },
  })
  assert.deepEqual(asked, ['o/r@v1'])
  assert.equal(action.manifest.name, 'Sub')
})

test('names and refs that would be paths are refused', async () => {
  for (const [name, ref, path] of [
    ['../..', 'x', ''],
    ['o/r', '../../x', ''],
    ['o/r', 'v1', '../..'],
    ['o', 'v1', ''],
    ['o/r', '', ''],
  ] as const) {
    await assert.rejects(resolveAction(remote(name, ref, path), folders()), /is not an action/)
  }
  await assert.rejects(
    resolveAction({ type: 'containerRegistry', image: 'alpine' }, folders()),
    /container actions are not built yet/,
  )
})
