import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { dispatch } from '../../src/cli/commands/dispatch.ts'
import { list } from '../../src/cli/commands/list.ts'
import { result } from '../../src/cli/commands/result.ts'
import { submit } from '../../src/cli/commands/submit.ts'
import { up } from '../../src/cli/commands/up.ts'
import { wait } from '../../src/cli/commands/wait.ts'
import { type CommandEntry, commands } from '../../src/cli/commands.ts'
import { addJobArguments, parseInputs } from '../../src/cli/inputs.ts'
import { kinds } from '../../src/model/kinds.ts'
import { parseCommand } from '../support/parse-command.ts'

test('An input ends its name at the first equals sign', () => {
  assert.deepEqual(parseInputs(['url=https://x?a=b', 'model=', 'note= a b ']), {
    url: 'https://x?a=b',
    model: '',
    note: ' a b ',
  })
  for (const bad of [['url'], ['=x'], ['a b=c'], ['a=1', 'a=2'], ['1a=b']]) {
    assert.throws(() => parseInputs(bad), { code: 'usage' })
  }
})

test('who gives several files is told how several are submitted, and the help names every input', () => {
  assert.throws(() => parseInputs(['a.mp3', 'b.mp3'], { bareName: 'file' }), {
    hint: /for f in \*\.mp3; do relayq submit/,
  })
  const help = addJobArguments(new Command('submit')).configureOutput({ writeOut: text => said.push(text) })
  const said: string[] = []
  help.outputHelp()
  assert.match(said.join(''), /^ {2}backend .*\(auto, local, openai, router\)$/m)
  for (const { name, inputs } of kinds) {
    assert.match(said.join(''), new RegExp(`^Inputs of ${name}`, 'm'))
    for (const input of inputs) assert.match(said.join(''), new RegExp(`^  ${input.name} +\\S`, 'm'))
  }
})

test('submit takes a file of this machine, or an address, by itself', () => {
  const inputs = (...words: string[]) => parseCommand(submit, ['transcribe', ...words]).inputs
  assert.deepEqual(inputs('./a=b.mp3', 'model=base'), { file: './a=b.mp3', model: 'base' })
  assert.deepEqual(inputs('file=x.mp3'), { file: 'x.mp3' })
  assert.deepEqual(inputs('https://x?a=b'), { url: 'https://x?a=b' })
  assert.throws(() => inputs('a.mp3', 'b.mp3'), { code: 'usage' })
  assert.throws(() => inputs('=x'), { code: 'usage' })
})

test('dispatch takes a workflow, inputs and options in any order', () => {
  const words = [
    '-v',
    '.github/workflows/x.yml',
    'url=https://x?a=b',
    '--no-route',
    'b=--dry-run',
    '--ref',
    'dev',
  ]
  assert.deepEqual(parseCommand(dispatch, words), {
    workflow: '.github/workflows/x.yml',
    inputs: { url: 'https://x?a=b', b: '--dry-run' },
    route: false,
    dryRun: false,
    verbose: true,
  })
  assert.throws(() => parseCommand(dispatch, ['url=https://x']), { code: 'usage', hint: /^relayq dispatch/ })
})

test('submit takes key, pin, priority and fields', () => {
  const words = [
    'transcribe',
    'url=u',
    '--key',
    'k',
    '--new',
    '--pin',
    'rpi4',
    '--priority',
    '-5',
    '--json',
    'id,state',
  ]
  assert.deepEqual(parseCommand(submit, words), {
    kind: 'transcribe',
    inputs: { url: 'u' },
    key: 'k',
    isNew: true,
    pin: 'rpi4',
    priority: -5,
    after: [],
    start: null,
    batch: null,
    encrypt: null,
    wait: false,
    dryRun: false,
    verbose: false,
    json: ['id', 'state'],
  })
  const later = parseCommand(submit, ['transcribe', '--after', 'j1', '--after', 'j2', '--at', '22:30'])
  assert.deepEqual([later.after, later.start], [['j1', 'j2'], { kind: 'clock', hour: 22, minute: 30 }])
  const encrypts = (...words: string[]) => parseCommand(submit, ['transcribe', 'x.mp3', ...words]).encrypt
  assert.deepEqual([encrypts(), encrypts('--encrypt'), encrypts('--no-encrypt')], [null, true, false])
  assert.throws(() => parseCommand(submit, ['transcribe', '--priority', 'high']), { code: 'usage' })
  // As of an unset variable: all jobs with the key '' would be one.
  assert.throws(() => parseCommand(submit, ['transcribe', '--key', '']), { message: '--key is empty.' })
  assert.throws(() => parseCommand(submit, ['transcribe', '--json', 'id,stat']), {
    hint: 'Did you mean state?',
  })
})

test('up starts the machines RelayQ was made for, unless told of others', () => {
  const usual = parseCommand(up, [])
  assert.deepEqual(
    usual.runners.map(({ name }) => name),
    ['macmini', 'rpi4', 'rpi3'],
  )
  assert.deepEqual([usual.port, usual.host, usual.leaseSeconds, usual.latencyMs], [null, '127.0.0.1', 30, 0])
  const own = parseCommand(up, ['--runner', 'a=audio,ffmpeg', '--runner', 'b', '--port', '0', '--lease', '3'])
  assert.deepEqual(own.runners, [
    { name: 'a', labels: ['self-hosted', 'audio', 'ffmpeg'] },
    { name: 'b', labels: ['self-hosted'] },
  ])
  for (const bad of [
    ['--runner', 'a b=c'],
    ['--runner', 'a', '--runner', 'A'],
    ['--port', '65536'],
    ['--actions', 'x'],
  ]) {
    assert.throws(() => parseCommand(up, bad), { code: 'usage' })
  }
})

test('Times, states and formats are read with care', () => {
  assert.equal(parseCommand(wait, ['j1', '--timeout', '2']).timeoutMs, 2000)
  assert.equal(parseCommand(wait, ['j1']).timeoutMs, null)
  assert.deepEqual(parseCommand(list, ['--state', 'running,failed']).states, ['running', 'failed'])
  assert.throws(() => parseCommand(list, ['--state', 'done']), { code: 'usage' })
  assert.equal(parseCommand(result, ['j1', '-f', 'srt', '-o', '-']).output, null)
})

test('Every command of the table can be loaded and defines itself, also those of a group', async () => {
  const missing = async (entries: readonly CommandEntry[]): Promise<readonly string[]> => {
    const looks = entries.map(async ({ name, load }) => {
      const loaded = await load()
      if (!('execute' in loaded)) return await missing(loaded)
      return typeof loaded.execute === 'function' ? [] : [name]
    })
    return (await Promise.all(looks)).flat()
  }
  assert.deepEqual(await missing(commands), [])
})
