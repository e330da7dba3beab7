import { findProgram } from '../../base/find-program.ts'

/** How a script of some shell is started: the file's extension, the program, and where its path goes. */
interface Shell {
  readonly extension: string
  readonly program: string
  readonly args: readonly string[]
}

export type ShellChoice =
  | {
      readonly kind: 'shell'
      readonly shell: Shell
      /** As the official runner prints it above a script. */
      readonly description: string
    }
  | { readonly kind: 'refused'; readonly reason: string }

const defaultBash: Shell = { extension: '.sh', program: 'bash', args: ['-e', '{0}'] }
const sh: Shell = { extension: '.sh', program: 'sh', args: ['-e', '{0}'] }
const python: Shell = { extension: '.py', program: 'python', args: ['{0}'] }

/** What a shell named in a workflow stands for (GitHub's table). */
const named: ReadonlyMap<string, Shell> = new Map([
  ['bash', { ...defaultBash, args: ['--noprofile', '--norc', '-e', '-o', 'pipefail', '{0}'] }],
  ['sh', sh],
  ['python', python],
])

/**
 * `declared` is '' when neither the step nor the job's defaults name a shell: bash without pipefail then, or sh where
 * `path` has no bash. A shell that is not in the table is a command line with `{0}` where the script's path goes.
 */
export async function chooseShell(declared: string, path: string): Promise<ShellChoice> {
  const name = declared.trim()
  if (name === '') return choice((await has('bash', path)) ? defaultBash : sh, path)
  if (name === 'pwsh' || name === 'powershell' || name === 'cmd') {
    return refused(`The shell '${name}' is not built yet: use bash, sh or python`)
  }
  // Debian has no `python`, only `python3`.
  if (name === 'python' && !(await has('python', path)))
    return choice({ ...python, program: 'python3' }, path)
  const known = named.get(name)
  if (known !== undefined) return choice(known, path)
  const [program = '', ...args] = name.split(/\s+/)
  if (!args.some(argument => argument.includes('{0}'))) {
    return refused(`The shell '${name}' has no {0} where the script's path would go`)
  }
  return choice({ extension: extensionOf(program), program, args }, path)
}

async function choice(shell: Shell, path: string): Promise<ShellChoice> {
  const found = await findProgram([shell.program], path, [])
  return { kind: 'shell', shell, description: [found ?? shell.program, ...shell.args].join(' ') }
}

function refused(reason: string): ShellChoice {
  return { kind: 'refused', reason }
}

async function has(program: string, path: string): Promise<boolean> {
  return (await findProgram([program], path, [])) !== null
}

/** Some interpreters refuse a script whose name does not end as they expect. */
function extensionOf(program: string): string {
  if (program.includes('python')) return '.py'
  return /\b(ba|z|da|k)?sh$/.test(program) ? '.sh' : ''
}
