import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Cleanup, temporaryFolder } from '../../test/support/git-repository.ts'
import { randomId } from '../base/id.ts'
import { listMarked } from '../base/process-tree.ts'
import { CommandStream } from '../protocol/workflow-command.ts'
import { runScript, type ScriptHost } from './run-script.ts'

function bench(t: Cleanup, text: string) {
  const workspace = temporaryFolder(t)
  const path = join(workspace, 'x.sh')
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  const lines: string[] = []
  const percents: number[] = []
  const ending = new AbortController()
  const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
  const host: ScriptHost = {
    context: {
      env: { GITHUB_ACTIONS: 'true' },
      print: line => {
        lines.push(line)
        if (line === 'ready') ending.abort()
      },
      signal: ending.signal,
    },
    progress: ({ percent }) => percents.push(percent),
  }
  const env = { PATH: process.env['PATH'], [marker.name]: marker.value }
  const run = (args: readonly string[] = []) => {
    return runScript(host, { place: 'jobs/x.sh', path, workspace }, { args, env })
  }
  return { run, lines, percents, marker }
}

const hostile = [
  '',
  ' ',
  '-n',
  '--',
  '; rm -rf /',
  '$(id)',
  '`id`',
  "it's",
  '"',
  '*',
  'a\nb',
  '\\',
  'ü',
  '%0A::error::',
]

test('arguments arrive as they are, whatever a shell would make of them', async t => {
  const { run } = bench(t, '#!/bin/sh\nprintf "%s\\0" "$@"\n')
  const outcome = await run(hostile)
  assert.ok(outcome.kind === 'exited')
  assert.deepEqual(outcome.stdout.split('\0').slice(0, -1), hostile)
})

test('no line of a script commands the runner, and afterwards the job’s own do again', async t => {
  const said = [
    '::set-output name=dir::/etc',
    '::add-mask::e',
    '##[add-mask]e',
    '::error::x',
    '::stop-commands::y',
    '::y::',
  ]
  const { run, lines } = bench(t, `#!/bin/sh\ncat <<'END'\n${said.join('\n')}\nEND\n`)
  await run()
  const stream = new CommandStream()
  const effects = lines.map(line => stream.read(line))
  assert.deepEqual(
    effects.slice(1, -1),
    said.map(text => ({ kind: 'text', text })),
  )
  assert.equal(stream.read('::add-mask::e').kind, 'mask')
})

test('progress: 40 is progress, and what only looks like it is a line', async t => {
  const text = [
    'progress: 0',
    'progress: 12.5',
    'progress: 40%',
    'progress: 400',
    ' progress: 50',
    'progress: soon',
  ]
  const { run, lines, percents } = bench(
    t,
    `#!/bin/sh\ncat <<'END'\n${text.join('\n')}\nEND\necho progress: 100 >&2\n`,
  )
  await run()
  assert.deepEqual(
    percents.toSorted((a, b) => a - b),
    [0, 12.5, 40, 100],
  )
  assert.deepEqual(lines.slice(1, -1), text.slice(3))
})

test('what a script leaves running is ended with it, also in a session of its own', async t => {
  const { run, marker } = bench(
    t,
    '#!/bin/sh\nsetsid sleep 600 >/dev/null 2>&1 &\nsleep 600 >/dev/null 2>&1 &\n',
  )
  const outcome = await run()
  assert.equal(outcome.kind, 'exited')
  assert.deepEqual(await listMarked(marker), [])
})

test('a cancelled script is asked to end, and its child that will not is killed', async t => {
  const stubborn = `#!/bin/sh
trap 'echo asked; exit 1' TERM
sh -c 'trap "" TERM INT; echo ready; while :; do sleep 1; done' &
wait
`
  const { run, lines, marker } = bench(t, stubborn)
  const outcome = await run()
  assert.equal(outcome.kind, 'aborted')
  assert.ok(lines.includes('asked'))
  assert.deepEqual(await listMarked(marker), [])
})
