import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** How a script of some shell is started: the file's extension, the program, and where its path goes. */
export interface Shell {
  readonly extension: string
  readonly program: string
  readonly args: readonly string[]
}

export type ShellChoice =
  | { readonly kind: 'shell'; readonly shell: Shell }
  | { readonly kind: 'refused'; readonly reason: string }

/** GitHub's table. Not declared: bash without pipefail, or sh where there is no bash. */
const named: Readonly<Record<string, Shell>> = {
  bash: { extension: '.sh', program: 'bash', args: ['--noprofile', '--norc', '-e', '-o', 'pipefail', '{0}'] },
  sh: { extension: '.sh', program: 'sh', args: ['-e', '{0}'] },
  python: { extension: '.py', program: 'python', args: ['{0}'] },
}

/** `declared` is '' when neither the step nor the job's defaults name a shell; a custom one is a command line with `{0}` in it. */
export function chooseShell(declared: string, path: string): ShellChoice {
  const name = declared.trim()
  if (name === '') return { kind: 'shell', shell: unspecified(path) }
  if (name === 'pwsh' || name === 'powershell' || name === 'cmd') {
    return { kind: 'refused', reason: `The shell '${name}' is not built yet: use bash, sh or python` }
  }
  const known = named[name]
  if (known !== undefined) return { kind: 'shell', shell: withInterpreter(known, path) }
  const [program = '', ...args] = name.split(/\s+/)
  if (!args.some(argument => argument.includes('{0}'))) {
    return { kind: 'refused', reason: `The shell '${name}' has no {0} where the script's path would go` }
  }
  return { kind: 'shell', shell: { extension: extensionOf(program), program, args } }
}

/** As the official runner prints it above a script. */
export function describeShell(shell: Shell, path: string): string {
  return [findProgram(shell.program, path) ?? shell.program, ...shell.args].join(' ')
}

/** The first executable of that name on `path`, or null. */
export function findProgram(program: string, path: string): string | null {
  if (program.includes('/')) return program
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    const candidate = join(folder, program)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return null
}

function unspecified(path: string): Shell {
  if (findProgram('bash', path) === null) return { extension: '.sh', program: 'sh', args: ['-e', '{0}'] }
  return { extension: '.sh', program: 'bash', args: ['-e', '{0}'] }
}

/** Debian has no `python`, only `python3`. */
function withInterpreter(shell: Shell, path: string): Shell {
  if (shell.program !== 'python' || findProgram('python', path) !== null) return shell
  return { ...shell, program: 'python3' }
}

function extensionOf(program: string): string {
  if (/python/.test(program)) return '.py'
  return /\b(ba|z|da|k)?sh$/.test(program) ? '.sh' : ''
}
