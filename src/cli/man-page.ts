import { exitCodes } from '../base/error-catalogue.ts'
import { settings } from '../config/settings.ts'
import type { CommandDescription, OptionDescription, ValueDescription } from './describe-commands.ts'

interface Edition {
  readonly version: string
  /** Of this edition, as YYYY-MM-DD. */
  readonly date: string
}

/** relayq(1) in the macros of man(7), for groff and mandoc: every command, exit code, setting and file. */
export function renderManPage(commands: readonly CommandDescription[], { version, date }: Edition): string {
  const sections = [
    `.TH RELAYQ 1 ${date} "relayq ${version}" "RelayQ"`,
    section('NAME', 'relayq \\- a job queue for a few machines, with GitHub Actions as the broker'),
    section('SYNOPSIS', '.B relayq\n.I command\n.RI [ options ]'),
    section('DESCRIPTION', description.map(text).join('\n.PP\n')),
    section('COMMANDS', commands.map(commandPart).join('\n')),
    section(
      'EXIT STATUS',
      exitCodes.map(({ code, meaning }) => item(bold(String(code)), meaning)).join('\n'),
    ),
    section('ENVIRONMENT', [text(aboutSettings), ...settings.map(settingItem), ...variables].join('\n')),
    section('FILES', files.map(([path, what]) => item(italic(path), what)).join('\n')),
    section('SEE ALSO', '.BR gh (1),\n.BR git (1)'),
  ]
  return `${sections.join('\n')}\n`
}

const description = [
  'RelayQ hands out work to machines that only connect outward. A job is a run of a GitHub Actions workflow; the machines are self-hosted runners. Without an account, relayq up starts an embedded GitHub on this machine.',
  'Results go to standard output, everything else to standard error. An id is that of a job or a run, or the address of a run’s page.',
]

const aboutSettings =
  'Each of these may be set in the environment, in the machine’s env file, or, where it has a name in brackets, in relayq.yaml. An empty value counts as not set.'

const variables = [
  ['RELAYQ_CHECKOUT', 'the checkout whose workflows, policy and hub are meant'],
  ['RELAYQ_CONFIG_HOME', 'folder of the env file'],
  ['RELAYQ_CACHE_HOME', 'folder of models and downloads'],
  ['RELAYQ_DEBUG', '1: an error shows where in the program it happened'],
].map(([name = '', what = '']) => item(bold(name), what))

const files = [
  ['~/.config/relayq/env', 'settings and keys of this machine; mode 600'],
  ['relayq.yaml', 'settings of a checkout, without secrets'],
  ['policy/policy.yaml', 'which machines take which kind of job'],
  ['~/.local/state/relayq/ledger.db', 'every job, attempt and event'],
  ['~/.local/state/relayq/results/', 'the results that were fetched'],
  ['~/.cache/relayq/', 'models and downloads; may be deleted at any time'],
] as const

function section(title: string, body: string): string {
  return `.SH ${title}\n${body}`
}

function commandPart({ words, summary, arguments: values, options, commands }: CommandDescription): string {
  const usage = ['relayq', ...words, ...values.map(argumentWord)].join(' ')
  return [
    `.SS ${quoted(usage)}`,
    text(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...values.map(value => item(italic(value.name), withChoices(value.description, value))),
    ...options.filter(({ long }) => long !== '--help').map(optionItem),
    ...commands.map(commandPart),
  ].join('\n')
}

function argumentWord({ name, isRequired, isRepeated }: ValueDescription): string {
  const word = `${name.toUpperCase()}${isRepeated ? ' ...' : ''}`
  return isRequired ? word : `[${word}]`
}

function optionItem(option: OptionDescription): string {
  const { short, long, value } = option
  const flags = [...(short === null ? [] : [short]), long].map(bold).join(', ')
  const takes = value === null ? '' : ` ${value.isRequired ? italic(value.name) : `[${italic(value.name)}]`}`
  const usual = option.default === null ? '' : ` (default: ${option.default})`
  return item(`${flags}${takes}`, `${withChoices(option.description, value)}${usual}`)
}

function withChoices(words: string, value: ValueDescription | null): string {
  return value === null || value.choices.length === 0 ? words : `${words} (${value.choices.join(', ')})`
}

function settingItem({ name, description, yamlKey, default: usual }: (typeof settings)[number]): string {
  const inFile = yamlKey === null ? '' : ` [${yamlKey}]`
  return item(bold(name), `${description}${inFile}${usual === null ? '' : ` (default: ${usual})`}`)
}

/** `tag` is marked up already. */
function item(tag: string, words: string): string {
  return `.TP\n${tag}\n${text(words)}`
}

function bold(words: string): string {
  return `\\fB${escaped(words)}\\fR`
}

function italic(words: string): string {
  return `\\fI${escaped(words)}\\fR`
}

/** A line of text: one that began with a dot or an apostrophe would be a request. */
function text(words: string): string {
  return escaped(words).replace(/^[.']/, '\\&$&')
}

/** roff's own signs; a bare hyphen could be set as a typographic one, and could not be copied. */
function escaped(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-')
}

function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', '""')}"`
}
