import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Desk } from './relayq-process.ts'

/** A stand-in for what opens files and pages on a desktop; until it is put there, the machine has none. */
export function fakeDesktop(desk: Desk) {
  const programs = join(desk.folder, 'programs')
  const log = join(desk.folder, 'opened')
  mkdirSync(programs)
  const opener = (script: string) => {
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(programs, name), 0o755)
    }
  }
  return {
    /** For a command that finds no other program. */
    env: { PATH: programs },
    /** It remembers what it is given. */
    opens: () => opener(`echo "$1" >>'${log}'`),
    fails: () => opener('exit 3'),
    opened: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  }
}
