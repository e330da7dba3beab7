import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createFileCommands, type FileCommandResult, type FileCommands } from './file-commands.ts'

const dir = mkdtempSync(join(tmpdir(), 'relayq-file-commands-'))
after(() => rmSync(dir, { recursive: true, force: true }))

async function collectAfter(write: (env: FileCommands['env']) => void): Promise<FileCommandResult> {
  const commands = await createFileCommands(dir)
  write(commands.env)
  return commands.collect()
}

test('a step that writes nothing leaves nothing', async () => {
  const commands = await createFileCommands(dir)
  const result = await commands.collect()
  assert.deepEqual(result, {
    outputs: new Map(),
    env: new Map(),
    path: [],
    state: new Map(),
    summary: null,
    problems: [],
  })
  assert.ok(!existsSync(commands.env.GITHUB_OUTPUT))
})

test('each step gets fresh files', async () => {
  const [first, second] = [await createFileCommands(dir), await createFileCommands(dir)]
  assert.notEqual(first.env.GITHUB_OUTPUT, second.env.GITHUB_OUTPUT)
})

test('assignments and heredocs are read, with any line ends and without a last one', async () => {
  const result = await collectAfter(env => {
    writeFileSync(
      env.GITHUB_OUTPUT,
      '\uFEFFa=1\r\n\nb=x=y<<z\nc<<EOF\nline 1\r\n\n  line 3\nEOF\nd<<E\nE\na=2',
    )
    writeFileSync(env.GITHUB_STATE, 's<<X\nEOFX\nX')
    writeFileSync(env.GITHUB_ENV, 'A=b\nEMPTY=')
    writeFileSync(env.GITHUB_PATH, '/one\r\n\n/two')
    writeFileSync(env.GITHUB_STEP_SUMMARY, '# Done\n')
  })
  assert.deepEqual(Object.fromEntries(result.outputs), {
    a: '2',
    b: 'x=y<<z',
    c: 'line 1\r\n\n  line 3',
    d: '',
  })
  assert.deepEqual(Object.fromEntries(result.state), { s: 'EOFX' })
  assert.deepEqual(Object.fromEntries(result.env), { A: 'b', EMPTY: '' })
  assert.deepEqual(result.path, ['/one', '/two'])
  assert.equal(result.summary, '# Done\n')
  assert.deepEqual(result.problems, [])
})

test('a broken line is named and ends the file, but what came before counts', async () => {
  for (const broken of ['x<<EOF\nnever closed', 'just words', 'x<<', '<<EOF\nEOF', '=v']) {
    const result = await collectAfter(env => writeFileSync(env.GITHUB_OUTPUT, `ok=1\n${broken}\nlater=2`))
    assert.deepEqual([...result.outputs.keys()], ['ok'])
    assert.match(result.problems.join(), /^\$GITHUB_OUTPUT: line 2: /)
  }
})

test('variables that would take over the job are refused', async () => {
  const result = await collectAfter(env =>
    writeFileSync(env.GITHUB_ENV, 'NODE_OPTIONS=-r x\nGITHUB_TOKEN=x\nrunner_temp=x\nMY_GITHUB_X=ok'),
  )
  assert.deepEqual([...result.env.keys()], ['MY_GITHUB_X'])
  assert.equal(result.problems.length, 3)
})

test('a summary over 1 MiB is dropped and the reason given', async () => {
  const result = await collectAfter(env =>
    writeFileSync(env.GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 + 1)),
  )
  assert.equal(result.summary, null)
  assert.match(result.problems.join(), /GITHUB_STEP_SUMMARY: holds 1048577 bytes/)
})

test('files removed or replaced by the step are survived', async () => {
  const result = await collectAfter(env => {
    rmSync(env.GITHUB_OUTPUT)
    rmSync(env.GITHUB_ENV)
    mkdirSync(env.GITHUB_ENV)
    rmSync(env.GITHUB_STATE)
    symlinkSync('/dev/zero', env.GITHUB_STATE)
  })
  assert.equal(result.outputs.size, 0)
  assert.deepEqual(result.problems, [
    '$GITHUB_ENV: is no longer a regular file, so it was ignored',
    '$GITHUB_STATE: is no longer a regular file, so it was ignored',
  ])
})

test('a removed folder is survived', async () => {
  const result = await collectAfter(env => rmSync(join(env.GITHUB_OUTPUT, '..'), { recursive: true }))
  assert.deepEqual(result.problems, [])
})
