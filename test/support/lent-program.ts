import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { runningProgram } from '../../src/cli/commands/runner/running-program.ts'
import { placesOf } from '../../src/provision/runner/inventory.ts'
import { copyProgram } from '../../src/provision/runner/program-copy.ts'

/** RelayQ as `runner add` copies it, for the machines of all tests of a file that prove something else. */
export interface LentProgram {
  /** Lets the runner `name` below `runners` have it: its `relayq` leads to the one copy, which it counts as its own. */
  lendTo(runners: string, name: string): void
}

/**
 * Copied once, removed after the file's last test. A copy a test would be 2,000 files made and removed, and ext4 looks
 * through those removed in the last minutes for each new one (`recently_deleted` in Linux's fs/ext4/ialloc.c).
 */
export async function copyProgramToLend(): Promise<LentProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-program-'))
  // Other accounts have to get through.
  chmodSync(folder, 0o755)
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  const copied = join(folder, 'program')
  await copyProgram(runningProgram(), copied)
  return {
    lendTo: (runners, name) => {
      const { program } = placesOf(runners, name)
      mkdirSync(join(program, 'bin'), { recursive: true })
      for (const file of ['bin/relayq', 'stamp']) copyFileSync(join(copied, file), join(program, file))
    },
  }
}
