/** A workflow command as a step prints it: `::name prop=value,…::data` or the older `##[name prop=value;…]data`. */
export interface Command {
  readonly name: CommandName
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const commandNames = [
  'add-mask',
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'stop-commands',
  'echo',
  'save-state',
  'set-output',
  'set-env',
  'add-path',
  'add-matcher',
  'remove-matcher',
] as const

type CommandName = (typeof commandNames)[number]

/** The command a line holds, or null: a name that is not known is ordinary text, as for the official runner. */
export function parseCommand(line: string): Command | null {
  const text = line.trimStart()
  if (text.startsWith('::')) return parseColonForm(text)
  return text.startsWith('##[') ? parseBracketForm(text) : null
}

function parseColonForm(text: string): Command | null {
  const end = text.indexOf('::', 2)
  if (end < 0) return null
  const head = parseHead(text.slice(2, end), ',', unescapeProperty)
  return head && { ...head, data: unescapeData(text.slice(end + 2)) }
}

function parseBracketForm(text: string): Command | null {
  const end = text.indexOf(']')
  if (end < 0) return null
  const head = parseHead(text.slice(3, end), ';', unescapeBracket)
  return head && { ...head, data: unescapeBracket(text.slice(end + 1)) }
}

function parseHead(
  head: string,
  separator: string,
  decode: (text: string) => string,
): Omit<Command, 'data'> | null {
  const space = head.indexOf(' ')
  const name = asCommandName(space < 0 ? head : head.slice(0, space))
  if (name === null) return null
  const pairs = space < 0 ? [] : head.slice(space + 1).split(separator)
  const properties = pairs.flatMap(pair => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), decode(pair.slice(equals + 1))] as const]
  })
  return { name, properties: Object.fromEntries(properties) }
}

function asCommandName(text: string): CommandName | null {
  const lower = text.trim().toLowerCase()
  return commandNames.find(name => name === lower) ?? null
}

/** True for a word that a step may not choose as its `stop-commands` token. */
function isCommandName(text: string): boolean {
  return asCommandName(text) !== null
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
}

function unescapeBracket(text: string): string {
  return unescapeData(text.replaceAll('%3B', ';').replaceAll('%5D', ']'))
}

/** What one line of a step's output asks of the worker. */
export type CommandEffect =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mask'; readonly value: string }
  | CommandAnnotation
  | { readonly kind: 'debug'; readonly message: string }
  | { readonly kind: 'group'; readonly title: string }
  | { readonly kind: 'endgroup' }
  | { readonly kind: 'echo'; readonly on: boolean }
  | { readonly kind: 'state' | 'output'; readonly name: string; readonly value: string }
  /** Commands are off until the token is printed. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'resumed' }
  /** Accepted without doing anything; the note belongs into the debug log. */
  | { readonly kind: 'ignored'; readonly note: string }
  /** The step has failed by it, with this as its error. */
  | { readonly kind: 'refused'; readonly message: string }

export interface CommandAnnotation {
  readonly kind: 'annotation'
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly title: string | null
  readonly file: string | null
  readonly line: number | null
  readonly endLine: number | null
  readonly column: number | null
  readonly endColumn: number | null
}

/** Reads one step's output line by line; remembers whether the step has switched commands off. */
export class CommandStream {
  #resumeToken: string | null = null

  read(line: string): CommandEffect {
    if (this.#resumeToken !== null) return this.#whileStopped(line, this.#resumeToken)
    const command = parseCommand(line)
    if (command === null) return { kind: 'text', text: line }
    if (command.name === 'stop-commands') return this.#stop(command.data)
    return effectOf(command)
  }

  #whileStopped(line: string, token: string): CommandEffect {
    const text = line.trimStart()
    if (!text.startsWith(`::${token}::`) && !text.startsWith(`##[${token}]`))
      return { kind: 'text', text: line }
    this.#resumeToken = null
    return { kind: 'resumed' }
  }

  /** The official runner's rule: whoever could print the token by chance could switch commands on again. */
  #stop(token: string): CommandEffect {
    if (token.trim() === '' || isCommandName(token)) {
      return refused(`'${token}' cannot be a stop-commands token: use a long random one`)
    }
    this.#resumeToken = token
    return { kind: 'stopped' }
  }
}

function effectOf(command: Command): CommandEffect {
  switch (command.name) {
    case 'add-mask':
      if (command.data.trim() === '')
        return { ...annotation(command, 'warning'), message: 'add-mask without a value' }
      return { kind: 'mask', value: command.data }
    case 'error':
    case 'warning':
    case 'notice':
      return annotation(command, command.name)
    case 'debug':
      return { kind: 'debug', message: command.data }
    case 'group':
      return { kind: 'group', title: command.data }
    case 'endgroup':
      return { kind: 'endgroup' }
    case 'echo':
      return echo(command.data)
    case 'save-state':
      return named(command, 'state')
    case 'set-output':
      return named(command, 'output')
    case 'set-env':
      return refused('::set-env:: is switched off for safety: append NAME=VALUE to the file $GITHUB_ENV')
    case 'add-path':
      return refused('::add-path:: is switched off for safety: append the folder to the file $GITHUB_PATH')
    default:
      return { kind: 'ignored', note: `::${command.name}:: is accepted without effect` }
  }
}

function echo(data: string): CommandEffect {
  const word = data.trim().toLowerCase()
  if (word === 'on' || word === 'off') return { kind: 'echo', on: word === 'on' }
  return refused(`::echo:: takes on or off, not '${data}'`)
}

function named(command: Command, kind: 'state' | 'output'): CommandEffect {
  const name = command.properties['name']
  if (name === undefined || name === '')
    return refused(`::${command.name}:: needs a name: ::${command.name} name=x::value`)
  return { kind, name, value: command.data }
}

function annotation(command: Command, level: 'error' | 'warning' | 'notice'): CommandAnnotation {
  const { title, file, line, endLine, col, endColumn } = command.properties
  return {
    kind: 'annotation',
    level,
    message: command.data,
    title: title ?? null,
    file: file ?? null,
    line: position(line),
    endLine: position(endLine),
    column: position(col),
    endColumn: position(endColumn),
  }
}

function position(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null
}

function refused(message: string): CommandEffect {
  return { kind: 'refused', message }
}
