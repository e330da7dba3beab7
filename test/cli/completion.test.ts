import assert from 'node:assert/strict'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type CommandEntry, commands } from '../../src/cli/commands.ts'
import { bashCompletion } from '../../src/cli/completion/bash.ts'
import { fishCompletion } from '../../src/cli/completion/fish.ts'
import { zshCompletion } from '../../src/cli/completion/zsh.ts'
import { describeCommands } from '../../src/cli/describe-commands.ts'
import { writeProgramFolder } from '../../src/cli/fleet/program.ts'
import { bashWith, type Complete, fishWith, zshWith } from '../support/complete.ts'
import { makeDesk } from '../support/relayq-process.ts'
import { startTestHub, testToken } from '../support/running-hub.ts'
import { shippedWorkflows } from '../support/shipped-workflows.ts'

const shells = {
  bash: { render: bashCompletion, with: bashWith },
  fish: { render: fishCompletion, with: fishWith },
  zsh: { render: zshCompletion, with: zshWith },
} as const

type Shell = keyof typeof shells

/** How a shell says a match; where a line has an `=`, the shells differ in which part of it they replace. */
async function completeIn(t: TestContext, shell: Shell, entries: readonly CommandEntry[]): Promise<Complete> {
  const script = shells[shell].render(await describeCommands(entries))
  const desk = makeDesk(t)
  const folder = join(desk.folder, shell)
  return shells[shell].with(script, { folder, env: desk.env, cwd: desk.folder })
}

/** The last part of a comma-separated or `name=value` match: what is new of it. */
function ends(matches: readonly string[] | undefined): readonly string[] {
  return (matches ?? [])
    .map(match => match.split(/[,=](?=.)/).at(-1) ?? '')
    .map(match => match.replace(/=$/, ''))
}

for (const shell of Object.keys(shells) as Shell[]) {
  test(`${shell} completes commands, options and the words they take`, async t => {
    const complete = await completeIn(t, shell, commands)
    const expected = {
      'relayq submi': ['submit'],
      'relayq models ': ['list', 'pull', 'remove'],
      'relayq submit --pr': ['--priority'],
      'relayq submit --pin box transcr': ['transcribe'],
      'relayq submit transcribe lang': ['language'],
      'relayq result J --format s': ['srt'],
      'relayq result J --format=sr': ['srt'],
      'relayq list --state failed,pe': ['pending'],
      'relayq runners --json name,st': ['status'],
      'relayq completion f': ['fish'],
    }
    const found = (await complete(Object.keys(expected))).map(ends)
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map((line, index) => [line, found[index]?.toSorted()])),
      expected,
    )
  })

  test(`${shell} completes the commands of a group`, async t => {
    const { load } = commands.find(({ name }) => name === 'cancel') ?? assert.fail()
    const group = [
      { name: 'remove', summary: 'take one away', load },
      { name: 'restart', summary: "begin [it] again: it's worth it", load },
    ]
    const complete = await completeIn(t, shell, [
      { name: 'runner', summary: 'all of it', load: async () => group },
    ])
    const [names, one, options, none] = await complete([
      'relayq runner ',
      'relayq runner res',
      'relayq runner remove --rep',
      'relayq remo',
    ])
    assert.deepEqual(names?.toSorted(), ['remove', 'restart'])
    assert.deepEqual(
      [one, options?.map(match => match.replace(/=$/, '')), none],
      [['restart'], ['--repo'], []],
    )
  })

  test(`${shell} completes jobs, runners and files, by asking the relayq that was typed`, async t => {
    const desk = makeDesk(t)
    const { hub, runner } = await startTestHub(t, workflowFiles())
    await runner('box', ['self-hosted', 'audio'])
    const broker = { RELAYQ_API_URL: hub.apiUrl, RELAYQ_TOKEN: testToken, GH_REPO: 'octo/queue' }
    const submitted = await desk.relayq(['submit', 'transcribe', 'url=https://example.com/a.mp3'], broker)
    const id = submitted.stdout.trim()
    assert.match(id, /^j\w+$/, submitted.stderr)
    writeFileSync(join(desk.folder, 'talk.mp3'), '')
    const program = writeProgramFolder(join(desk.folder, 'bin'))
    const env = { ...desk.env, ...broker, PATH: [program, desk.env['PATH']].join(delimiter) }
    const script = shells[shell].render(await describeCommands(commands))
    const complete = shells[shell].with(script, { folder: join(desk.folder, shell), env, cwd: desk.folder })
    const found = (
      await complete([
        'relayq view ',
        `relayq cancel ${id} ${id.slice(0, 4)}`,
        'relayq route transcribe --pin ',
        'relayq submit transcribe ./tal',
        'relayq submit transcribe file=tal',
        'relayq result J --output tal',
      ])
    ).map(ends)
    assert.deepEqual(found.slice(0, 3), [[id], [id], ['box']])
    for (const files of found.slice(3)) assert.match(files.join(), /^(?:\.\/)?talk\.mp3$/)
  })
}

for (const shell of Object.keys(shells) as Shell[]) {
  test(`${shell} never runs what a runner or a file is called`, async t => {
    const desk = makeDesk(t)
    const name = `$(touch\${IFS}caught)`
    const program = join(desk.folder, 'relayq')
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\tonline\\n' '${name}' box\n`, { mode: 0o755 })
    writeFileSync(join(desk.folder, name), '')
    const env = { ...desk.env, PATH: [desk.folder, desk.env['PATH']].join(delimiter) }
    const script = shells[shell].render(await describeCommands(commands))
    const complete = shells[shell].with(script, { folder: join(desk.folder, shell), env, cwd: desk.folder })
    const [runners, files] = await complete(['relayq submit transcribe --pin ', 'relayq result J -o '])
    assert.deepEqual([runners?.length, runners?.includes('box'), files?.some(isOf(name))], [2, true, true])
    assert.equal(existsSync(join(desk.folder, 'caught')), false)
  })
}

test('a relayq that does not answer holds up the line for two seconds, with timeout or without', async t => {
  const desk = makeDesk(t)
  writeFileSync(join(desk.folder, 'relayq'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  const bare = join(desk.folder, 'bare')
  mkdirSync(bare)
  for (const program of ['/bin/bash', '/usr/bin/perl', '/bin/sh', '/bin/sleep']) {
    symlinkSync(program, join(bare, basename(program)))
  }
  const script = bashCompletion(await describeCommands(commands))
  const asked = [desk.env['PATH'], bare].map(async path => {
    const env = { ...desk.env, PATH: [desk.folder, path].join(delimiter) }
    const complete = bashWith(script, { folder: join(desk.folder, 'bash'), env, cwd: desk.folder })
    return await complete(['relayq view '])
  })
  // The shell itself is ended after half a minute.
  assert.deepEqual(await Promise.all(asked), [[[]], [[]]])
})

/** Quoted or not. */
function isOf(name: string): (match: string) => boolean {
  return match => match.replaceAll('\\', '') === name
}

function workflowFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(shippedWorkflows).map(([name, text]) => [`.github/workflows/${name}`, text]),
  )
}
