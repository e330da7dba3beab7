import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './fleet.ts'

export interface Checkout extends AsyncDisposable {
  readonly path: string
}

/** A repository of its own with this checkout's workflows and policy, and `more` (path → text), in one commit on `main`. */
export function commitWorkflows(more: Readonly<Record<string, string>> = {}): Checkout {
  const path = mkdtempSync(join(tmpdir(), 'relayq-bench-queue-'))
  cpSync(join(root, '.github/workflows'), join(path, '.github/workflows'), { recursive: true })
  cpSync(join(root, 'policy'), join(path, 'policy'), { recursive: true })
  for (const [file, text] of Object.entries(more)) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), text)
  }
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false']
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    [...who, 'commit', '-q', '-m', 'Workflows'],
  ]) {
    execFileSync('git', ['-C', path, ...args])
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      rmSync(path, { recursive: true, force: true })
    },
  }
}
