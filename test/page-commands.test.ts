import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../src/cli/commands.ts'
import { describeCommands } from '../src/cli/describe-commands.ts'
import { faultOfCommand } from './support/pages/command-words.ts'
import { allPassages, codeSpans, lineAt, type Passage, passagesOf, root } from './support/pages/passages.ts'

const described = await describeCommands(commands)
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
const sources = globSync('{src/**/*.ts,bin/*,relayq,gh-relayq/*,.github/workflows/*.yml}', { cwd: root })
  .filter(file => !file.endsWith('.test.ts'))
  .map(file => readFileSync(join(root, file), 'utf8'))
  .join('\n')

test('every command that stands in a sentence of the pages is one, and so are its options', () => {
  assert.deepEqual(allPassages().flatMap(faultsOf), [])
})

test('a command, an option, a bench and a setting that are not there are told', () => {
  const said = (text: string) => passagesOf('docs/A.md', `${text}\n`).flatMap(faultsOf)
  const right = [
    'relayq runner drain',
    'relayq submit KIND ...',
    'relayq result JOB --format srt',
    'npm run check',
  ]
  for (const text of [
    ...right,
    './bin/dispatch.sh WORKFLOW k=v',
    'relayq list --dead',
    'RELAYQ_DELIVER_FOLDER',
  ])
    assert.deepEqual(said(`Type \`${text}\`.`), [])
  const wrong = {
    'relayq runner drain --now': 'runner drain has no --now',
    'relayq drain': 'there is no command drain',
    'relayq runner pause rpi4': 'there is no command runner pause',
    'runner drain --now': 'runner drain has no --now',
    'relayq completion tcsh': 'completion takes bash, zsh, fish, and not tcsh',
    'gh relayq view JOB --loudly': 'view has no --loudly',
    'relayq view <id> --quietly': 'view has no --quietly',
    'relayq submit --after --sometime': 'submit has no --sometime',
    'relayq down JOB': 'down takes no JOB',
    'bin/dispatch.sh WORKFLOW --quickly': 'dispatch has no --quickly',
    'node bench/speed.ts': 'there is no bench/speed.ts',
    'node bench/chaos.ts --people 3': 'bench/chaos.ts knows no --people',
    'npm run everything': 'package.json has no script everything',
    'RELAYQ_NO_SUCH_SETTING=1': 'nothing reads RELAYQ_NO_SUCH_SETTING',
    '--no-such-option': 'no command has --no-such-option',
  }
  for (const [text, fault] of Object.entries(wrong)) {
    assert.deepEqual(said(`First this,\nthen \`${text}\`.`), [`docs/A.md:2: \`${text}\`: ${fault}`])
  }
})

function faultsOf(passage: Passage): readonly string[] {
  return codeSpans(passage).flatMap(({ text, index }) => {
    const fault = faultOfSpan(text)
    return fault === null ? [] : [`${passage.page}:${lineAt(passage, index)}: \`${text}\`: ${fault}`]
  })
}

function faultOfSpan(text: string): string | null {
  const [, setting] = /^(?:[\w /=-]* )?([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=.*|<.*)?$/.exec(text) ?? []
  if (setting !== undefined && !sources.includes(setting)) return `nothing reads ${setting}`
  const [all] = [...text.matchAll(/\S*\w\|\S*/g)]
  if (all) {
    const each = all[0].split('|').map(word => faultOfSpan(text.replace(all[0], word)))
    return each.find(fault => fault !== null) ?? null
  }
  const words = text.replace(/^sudo (?:--\S+ )*/, '').match(/"[^"]*"|\S+/g) ?? []
  const [program = '', ...rest] = words
  if (/^(?:\.\/|~\/relayq\/)?relayq$/.test(program)) return faultOfRelayq(rest)
  if (program === 'gh' && rest[0] === 'relayq') return faultOfRelayq(rest.slice(1))
  if (/^(?:\.\/)?bin\/dispatch\.sh$/.test(program)) return faultOfCommand(['dispatch', ...rest], described)
  if (program === 'node') return faultOfProgram(rest)
  if (program === 'npm') return faultOfScript(rest)
  if (/^--\w/.test(program)) return faultOfOption(program.split('=')[0] ?? program)
  return isCommandWithMore(words) ? faultOfCommand(words, described) : null
}

/** `help` and `--version` are of the program itself. */
function faultOfRelayq([first, ...rest]: readonly string[]): string | null {
  if (first === undefined || first === '--version') return null
  return faultOfCommand(first === 'help' ? rest : [first, ...rest], described)
}

/** `runner keep`, `list --dead`: told without the program. */
function isCommandWithMore([first, second = '']: readonly string[]): boolean {
  const command = described.find(({ words }) => words[0] === first)
  return command !== undefined && (second.startsWith('--') || command.commands.length > 0) && second !== ''
}

function faultOfProgram([file = '', ...args]: readonly string[]): string | null {
  if (!/\.[mt]?[jt]s$/.test(file)) return null
  if (!existsSync(join(root, file))) return `there is no ${file}`
  const text = readFileSync(join(root, file), 'utf8')
  const unknown = args.find(arg => {
    const [, name = ''] = /^--([\w-]+)/.exec(arg) ?? []
    return name !== '' && !new RegExp(`'--${name}'|^    ${name}: \\{ type`, 'm').test(text)
  })
  return unknown === undefined ? null : `${file} knows no ${unknown}`
}

function faultOfScript([verb = '', name = '']: readonly string[]): string | null {
  if (verb !== 'run' || name in scripts) return null
  return `package.json has no script ${name}`
}

function faultOfOption(flag: string): string | null {
  const flags = (list: typeof described): string[] =>
    list.flatMap(({ options, commands: more }) => [...options.map(({ long }) => long), ...flags(more)])
  return [...flags(described), '--version'].includes(flag) ? null : `no command has ${flag}`
}
