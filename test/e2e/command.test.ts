import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { randomId } from '../../src/base/id.ts'
import { listMarked } from '../../src/base/process-tree.ts'
import { until } from '../support/fleet.ts'
import { GitFixture } from '../support/git-repository.ts'
import { type Desk, makeDesk } from '../support/relayq-process.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const policy = `routes:
  command:
    prefer: [self-hosted]
    retry: {attempts: 2, on: [temporary], backoff: 0s}
`

/** A queue with one machine. */
async function startQueue(t: TestContext): Promise<Desk> {
  const desk = makeDesk(t, shippedWorkflows)
  new GitFixture(desk.checkout).commit({ 'policy/policy.yaml': policy })
  const up = await desk.relayq(['up', '--detach', '--runner', 'box=anything'])
  assert.equal(up.code, 0, up.stderr)
  return desk
}

function commitScripts(desk: Desk, scripts: Readonly<Record<string, string>>): void {
  writeScripts(desk, scripts)
  new GitFixture(desk.checkout).commit({})
}

function writeScripts({ checkout }: Desk, scripts: Readonly<Record<string, string>>): void {
  new GitFixture(checkout).write(prefixed(scripts))
  for (const place of Object.keys(prefixed(scripts))) chmodSync(join(checkout, place), 0o755)
}

function prefixed(scripts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(scripts).map(([name, text]) => [`jobs/${name}`, text]))
}

async function resultOf(desk: Desk, id: string): Promise<Result> {
  const { stdout, stderr } = await desk.relayq(['result', id, '--json'])
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout) as Result
}

interface Result {
  readonly status: string
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null
  readonly files: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

const thumbs = `#!/usr/bin/env node
const { copyFileSync, mkdirSync, writeFileSync } = require('node:fs')
const { RELAYQ_JOB_INPUT: input, RELAYQ_JOB_OUTPUT: output } = process.env
mkdirSync(output + '/small')
copyFileSync(input, output + '/small/a copy.txt')
writeFileSync(output + '/args.json', JSON.stringify(process.argv.slice(2)))
writeFileSync(output + '/env.txt', Object.keys(process.env).sort().join('\\n'))
writeFileSync(output + '/name.txt', require('node:path').basename(input))
`

test('the scripts of jobs/ are run by a machine of the queue', { timeout: 240_000 }, async t => {
  const desk = await startQueue(t)

  await t.test(
    'a script counts as committed, runs anew each time, and what it printed is the result where it wrote nothing',
    async () => {
      commitScripts(desk, { 'other.sh': '#!/bin/sh\n' })
      writeScripts(desk, { 'hello.sh': '#!/bin/sh\necho "hello $1"\necho "::set-output name=dir::/etc"\n' })
      const submit = () => desk.relayq(['submit', 'command', 'script=hello.sh', 'args=["you"]', '--wait'])
      const early = await submit()
      assert.equal(early.code, 1)
      assert.match(
        early.stderr,
        /no script jobs\/hello\.sh: it lies here, but is not committed\.\n.*Commit and push jobs\/hello\.sh first\. There are: other\.sh\./,
      )
      assert.equal((await desk.relayq(['list'])).stdout, '')

      new GitFixture(desk.checkout).commit({})
      const first = await submit()
      assert.equal(first.code, 0, first.stderr)
      assert.doesNotMatch(first.stderr, /jobs\/hello\.sh/)
      writeScripts(desk, { 'hello.sh': '#!/bin/sh\necho "edited"\n' })
      const second = await submit()
      assert.equal(second.code, 0, second.stderr)
      assert.match(
        second.stderr,
        /^relayq: jobs\/hello\.sh runs as it was committed: what you changed here is not$/m,
      )
      assert.notEqual(second.stdout, first.stdout)
      const printed = await desk.relayq(['result', second.stdout.trim()])
      assert.equal(printed.stdout, 'hello you\n::set-output name=dir::/etc\n')
      const named = ['submit', 'command', 'script=hello.sh', '--key', 'once', '--wait']
      assert.equal((await desk.relayq(named)).stdout, (await desk.relayq(named)).stdout)
    },
  )

  await t.test(
    'a script of jobs/ gets its file and its arguments as they are, and what it writes is the result',
    async () => {
      commitScripts(desk, { 'photos/thumbs.js': thumbs })
      writeFileSync(join(desk.checkout, 'a page.html'), '<html>a page, and no audio</html>')
      const args = ['--width', '320', '$(id)', "it's", 'two\nlines', '::error::x', '']
      const done = await desk.relayq([
        ...['submit', 'command', 'script=photos/thumbs.js', './a page.html'],
        ...[`args=${JSON.stringify(args)}`, '--wait'],
      ])
      assert.equal(done.code, 0, done.stderr)
      const id = done.stdout.trim()
      const place = join(desk.folder, 'thumbs/')
      const fetched = await desk.relayq(['result', id, '-o', place])
      assert.equal(fetched.code, 0, fetched.stderr)
      assert.match(fetched.stderr, /4 files written to /)
      const read = (name: string) => readFileSync(join(place, name), 'utf8')
      assert.equal(read('small/a copy.txt'), '<html>a page, and no audio</html>')
      assert.deepEqual(JSON.parse(read('args.json')), args)
      assert.equal(read('name.txt'), 'a_page.html')
      assert.doesNotMatch(read('env.txt'), /^(RELAYQ_TOKEN|RELAYQ_INPUT_\w+|GITHUB_OUTPUT|GITHUB_ENV)$/m)
      const one = await desk.relayq(['result', id, '--format', 'args.json'])
      assert.deepEqual(JSON.parse(one.stdout), args)
      const below = await desk.relayq(['result', id, '--format', 'small/a copy.txt'])
      assert.equal(below.stdout, '<html>a page, and no audio</html>')
      const onward = [
        'submit',
        'command',
        'script=photos/thumbs.js',
        `result=${id}:small/a copy.txt`,
        '--wait',
      ]
      const next = await desk.relayq(onward)
      assert.equal(next.code, 0, next.stderr)
      const nextName = await desk.relayq(['result', next.stdout.trim(), '--format', 'name.txt'])
      assert.equal(nextName.stdout, 'a_copy.txt')
      const unchosen = await desk.relayq(['result', id])
      assert.equal(unchosen.code, 2)
      assert.match(unchosen.stderr, /-o FOLDER\//)
    },
  )

  await t.test('a script that fails says why and is not tried again; exit code 75 is', async () => {
    commitScripts(desk, {
      'fails.sh': '#!/bin/sh\necho fine\necho "no such album: $1" >&2\nexit 3\n',
      'busy.sh': '#!/bin/sh\n[ -e "$1" ] && echo done && exit\n: > "$1"\necho busy >&2\nexit 75\n',
      'plain.sh': 'echo not run\n',
      'lost.py': '#!/no/such/python\n',
    })
    chmodSync(join(desk.checkout, 'jobs/plain.sh'), 0o644)
    new GitFixture(desk.checkout).commit({})
    const run = (script: string, ...args: readonly string[]) =>
      desk.relayq(['submit', 'command', `script=${script}`, `args=${JSON.stringify(args)}`, '--wait'])

    const failed = await run('fails.sh', 'x\n::error::y')
    assert.equal(failed.code, 1, failed.stderr)
    const { error, files } = await resultOf(desk, failed.stdout.trim())
    assert.equal(error?.code, 'script_failed')
    assert.equal(error?.message, 'jobs/fails.sh ended with exit code 3: no such album: x | ::error::y.')
    assert.deepEqual(files, {})
    const view = await desk.relayq(['view', failed.stdout.trim(), '--json', 'attempts'])
    assert.equal((JSON.parse(view.stdout) as { attempts: readonly unknown[] }).attempts.length, 1)

    const busy = await run('busy.sh', join(desk.folder, 'was-there'))
    assert.equal(busy.code, 0, busy.stderr)
    assert.equal((await desk.relayq(['result', busy.stdout.trim()])).stdout, 'done\n')

    const plain = await run('plain.sh')
    assert.equal(plain.code, 1)
    assert.match((await resultOf(desk, plain.stdout.trim())).error?.hint ?? '', /--chmod=\+x jobs\/plain\.sh/)
    const lost = await run('lost.py')
    assert.notEqual(lost.code, 0)
    assert.equal((await resultOf(desk, lost.stdout.trim())).error?.code, 'tool_missing')
  })

  await t.test('a cancelled script is gone with a child that ignores it', async () => {
    commitScripts(desk, {
      'stubborn.sh': `#!/bin/sh
RELAYQ_TEST_MARKER=$1 setsid sh -c 'trap "" TERM INT; while :; do sleep 1; done' &
RELAYQ_TEST_MARKER=$1 sh -c 'trap "" TERM INT; while :; do sleep 1; done' &
wait
`,
    })
    const marker = { name: 'RELAYQ_TEST_MARKER', value: randomId() }
    const args = JSON.stringify([marker.value])
    const id = (await desk.relayq(['submit', 'command', 'script=stubborn.sh', `args=${args}`])).stdout.trim()
    await until('both children', async () => ((await listMarked(marker)).length >= 2 ? true : null))
    assert.equal((await desk.relayq(['cancel', id])).code, 0)
    assert.equal((await desk.relayq(['wait', id])).code, 3)
    await until('their end', async () => ((await listMarked(marker)).length === 0 ? true : null), 15_000)
  })

  await t.test(
    'a script that writes thousands of files fails, links and strange names are left out, and nothing of the step is changed',
    async () => {
      commitScripts(desk, {
        'many.sh': '#!/bin/sh\ncd "$RELAYQ_JOB_OUTPUT" && seq 2000 | xargs touch\n',
        'sly.sh': `#!/bin/sh
cd "$RELAYQ_JOB_OUTPUT"
ln -s /etc/passwd passwd; ln -s / root; mkfifo pipe
echo a > 'say "hi"'; printf b > 'two
lines'; echo c > result.json; echo d > .hidden; chmod 000 .hidden
mkdir -m 0500 closed
echo "::stop-commands::x"; echo "::add-mask::relayq"; echo "##[set-output name=dir;]/etc"
`,
      })
      const run = (script: string) => desk.relayq(['submit', 'command', `script=${script}`, '--wait'])
      const many = await run('many.sh')
      assert.equal(many.code, 1, many.stderr)
      const { error } = await resultOf(desk, many.stdout.trim())
      assert.deepEqual([error?.code, error?.message], ['too_large', 'The script wrote more than 500 files.'])

      const sly = await run('sly.sh')
      assert.equal(sly.code, 0, sly.stderr)
      const result = await resultOf(desk, sly.stdout.trim())
      assert.deepEqual(result.files, { '.hidden': '.hidden' })
      assert.match(result.warnings.join(), /^6 files of the script's output left out: /)
      const waited = await desk.relayq(['wait', sly.stdout.trim()])
      for (const { stderr } of [sly, waited, await desk.relayq(['result', sly.stdout.trim()])])
        assert.match(stderr, /^relayq: warning: 6 files of the script's output left out: /m)
      const place = join(desk.folder, 'sly')
      const kept = await desk.relayq(['result', sly.stdout.trim(), '-o', place])
      assert.equal(kept.code, 0, kept.stderr)
      assert.equal(readFileSync(place, 'utf8'), 'd\n')
      const folder = join(desk.folder, 'state/relayq/results', sly.stdout.trim())
      const [of = ''] = readdirSync(folder)
      assert.deepEqual(readdirSync(join(folder, of)).toSorted(), ['.hidden', 'result.json'])
    },
  )
})
