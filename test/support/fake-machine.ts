import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { identifyProcess } from '../../src/base/process-identity.ts'
import { endProcess } from '../../src/cli/fleet/end-process.ts'
import { testCompileCache } from './compile-cache.ts'

/** A machine of its own: programs of the system that only this test sees, a home, and folders for services and runners. */
export interface FakeMachine {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Every call of a faked program with its arguments, in order. */
  calls(): readonly string[]
  /** Puts a program on PATH: a shell script without its first line. */
  put(program: string, script: string): void
  /** Where units and plists go. */
  readonly serviceFolder: string
  /** Where runners go. */
  readonly runners: string
}

const fakes = join(import.meta.dirname, 'fakes')
/** Of nobody: the account that the double of useradd makes, where the tests may make files of others. */
export const fakeUid = process.getuid?.() === 0 ? 61_234 : (process.getuid?.() ?? 0)

/** What was started as a service there has ended when the test is over. */
export function makeFakeMachine(t: TestContext): FakeMachine {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-machine-'))
  t.after(async () => {
    await endServices(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  // Another account has to get through.
  chmodSync(folder, 0o755)
  const bin = join(folder, 'bin')
  const at = (name: string) => {
    const path = join(folder, name)
    mkdirSync(path)
    return path
  }
  mkdirSync(bin)
  const machine: FakeMachine = {
    folder,
    serviceFolder: at('units'),
    runners: join(folder, 'runner'),
    env: {
      PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
      HOME: at('home'),
      XDG_STATE_HOME: join(folder, 'state'),
      NODE_COMPILE_CACHE: testCompileCache,
      RELAYQ_RUNNER_HOME: join(folder, 'runner'),
      RELAYQ_SERVICE_FOLDER: join(folder, 'units'),
      RELAYQ_FAKE_MACHINE: folder,
    },
    calls: () =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [],
    put: (program, script) => {
      writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, program), 0o755)
    },
  }
  for (const program of ['systemctl', 'launchctl']) {
    machine.put(program, `exec '${process.execPath}' '${fakes}/${program}.ts' "$@"`)
  }
  const note = (program: string) => `echo "${program} $*" >> '${folder}/calls'`
  const accounts = at('accounts')
  machine.put('useradd', `${note('useradd')}\nfor name; do :; done\necho ${fakeUid} > '${accounts}'/"$name"`)
  machine.put('id', `for name; do :; done\ncat '${accounts}'/"$name" 2>/dev/null || exec /usr/bin/id "$@"`)
  for (const program of ['sudo', 'apt-get', 'brew']) machine.put(program, `${note(program)}\nexit 1`)
  return machine
}

async function endServices(folder: string): Promise<void> {
  const services = join(folder, 'services')
  if (!existsSync(services)) return
  for (const name of readdirSync(services).filter(each => each.endsWith('.pid'))) {
    const keeper = identifyProcess(Number(readFileSync(join(services, name), 'utf8')))
    if (keeper !== null) await endProcess(keeper, 10_000)
  }
}
