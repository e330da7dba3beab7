import assert from 'node:assert/strict'
import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Cleanup, GitFixture, temporaryFolder } from '../../test/support/git-repository.ts'
import { RelayError } from '../base/errors.ts'
import { findScript } from './find-script.ts'

function checkout(t: Cleanup): string {
  const folder = temporaryFolder(t)
  new GitFixture(folder).write({
    'secret.sh': '',
    'jobs/thumbs.sh': '#!/bin/sh\n',
    'jobs/photos/new.py': '',
    'jobs/notes.txt': '',
  })
  for (const name of ['secret.sh', 'jobs/thumbs.sh', 'jobs/photos/new.py'])
    chmodSync(join(folder, name), 0o755)
  return folder
}

async function refusal(name: string, workspace: string): Promise<string> {
  try {
    const { place } = await findScript(name, workspace)
    return `found ${place}`
  } catch (thrown) {
    assert.ok(thrown instanceof RelayError && thrown.code === 'script_unusable', String(thrown))
    return `${thrown.message} ${thrown.hint}`
  }
}

test('a script is a file of jobs/, or of a folder in it, that may be run', async t => {
  const workspace = checkout(t)
  const found = await findScript('photos/new.py', workspace)
  assert.deepEqual(found, {
    place: 'jobs/photos/new.py',
    path: join(workspace, 'jobs/photos/new.py'),
    workspace,
  })
})

test('a script that is not there is told with those that are, and with how to bring it', async t => {
  const workspace = checkout(t)
  assert.match(
    await refusal('thumb.sh', workspace),
    /no script jobs\/thumb\.sh\. Commit and push jobs\/thumb\.sh first\. There are: notes\.txt, photos\/new\.py, thumbs\.sh\./,
  )
  assert.match(await refusal('jobs/thumbs.sh', workspace), /Leave out jobs\/: script=thumbs\.sh\./)
  assert.match(await refusal('photos', workspace), /it is no file/)
  assert.match(
    await refusal('notes.txt', workspace),
    /not executable\. git update-index --chmod=\+x jobs\/notes\.txt/,
  )
})

test('no link leads out of jobs/, and jobs/ itself is none that does', async t => {
  const workspace = checkout(t)
  symlinkSync('../secret.sh', join(workspace, 'jobs/out.sh'))
  symlinkSync('/bin/sh', join(workspace, 'jobs/shell'))
  symlinkSync('thumbs.sh', join(workspace, 'jobs/same.sh'))
  symlinkSync('loop', join(workspace, 'jobs/loop'))
  assert.match(await refusal('out.sh', workspace), /a link that leads out of jobs\//)
  assert.match(await refusal('shell', workspace), /a link that leads out of jobs\//)
  assert.equal(await refusal('same.sh', workspace), 'found jobs/same.sh')
  assert.match(await refusal('loop', workspace), /no script jobs\/loop/)
  const other = temporaryFolder(t)
  symlinkSync(join(workspace, 'jobs'), join(other, 'jobs'))
  assert.match(await refusal('thumbs.sh', other), /no folder jobs\//)
})

test('a workflow that checks nothing out is told so', async t => {
  for (const workspace of ['', temporaryFolder(t), '/nowhere/at/all']) {
    assert.match(await refusal('a.sh', workspace), /no folder jobs\/ .*as run_command\.yml does/)
  }
})
