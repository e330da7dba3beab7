import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A package with the layout of actions/runner's, whose programs run RelayQ's embedded listener: whoever installs the one
 * can install the other.
 */

const listener = join(import.meta.dirname, '..', '..', 'src', 'runner', 'listener', 'main.ts')
const starter = join(import.meta.dirname, 'package-programs', 'listen.ts')
const configure = join(import.meta.dirname, 'package-programs', 'configure.ts')

export interface PackageOptions {
  readonly version: string
  /** In the words of actions/runner's downloads; without it that of this machine. */
  readonly os?: 'linux' | 'osx'
  /** Of run.sh, instead of the listener: how a bad release ends. */
  readonly runScript?: string
  /** Of a file that only takes room. */
  readonly paddingBytes?: number
}

/** Writes `actions-runner-OS-ARCH-VERSION.tar.gz` into `folder`, for this very machine; gives its SHA-256. */
export function putRunnerPackage(
  folder: string,
  { version, os = hostOs(), runScript, paddingBytes = 0 }: PackageOptions,
): string {
  const name = `actions-runner-${os}-${process.arch}-${version}`
  const tree = join(folder, '.trees', name)
  mkdirSync(join(tree, 'bin'), { recursive: true })
  const put = (path: string, text: string) => {
    writeFileSync(join(tree, path), text)
    chmodSync(join(tree, path), 0o755)
  }
  const start = `exec '${process.execPath}' '${starter}' '${listener}' '${version}' "$here"`
  const here = 'here=$(cd "$(dirname "$0")" && pwd -P)'
  put('run.sh', `#!/bin/sh\n${here}\n${runScript ?? start}\n`)
  put('config.sh', `#!/bin/sh\n${here}\nexec '${process.execPath}' '${configure}' "$here" "$@"\n`)
  put('bin/Runner.Listener', `#!/bin/sh\necho '${version}'\n`)
  if (paddingBytes > 0) writeFileSync(join(tree, 'bin', 'padding'), randomBytes(paddingBytes))
  const file = join(folder, `${name}.tar.gz`)
  execFileSync('tar', ['-czf', file, '-C', tree, '.'])
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function hostOs(): 'linux' | 'osx' {
  return process.platform === 'darwin' ? 'osx' : 'linux'
}
