import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Installs GitHub's own clients beside their tests, once for each lock file. They are no part of the program. */
export function installClients(): void {
  const folder = import.meta.dirname
  const lock = join(folder, 'package-lock.json')
  const stamp = join(folder, 'node_modules/.relayq-installed')
  if (readIfThere(stamp) === readFileSync(lock, 'utf8')) return
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] })
  copyFileSync(lock, stamp)
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) installClients()
