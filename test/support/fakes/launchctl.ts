import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isRunning, knowService, recordCall, serviceFile, startService, stopService } from './services.ts'

/** launchctl as far as RelayQ calls it. A service is known to it between bootstrap and bootout, whether it runs or not. */

const [verb, target = '', file = ''] = recordCall('launchctl')
const label = verb === 'bootstrap' ? basename(file, '.plist') : (target.split('/').at(-1) ?? '')
const isLoaded = existsSync(serviceFile(label))

if (verb === 'bootstrap') {
  if (isLoaded) fail(5, 'Bootstrap failed: 5: Input/output error')
  const list = readList(file)
  // One that is called now and then is known, and does not run.
  if (list.interval === null) await startService(label, list)
  else knowService(label, list)
} else if (verb === 'bootout') {
  if (!isLoaded) fail(3, 'Boot-out failed: 3: No such process')
  await stopService(label)
  rmSync(serviceFile(label))
} else if (verb === 'kickstart') {
  if (!isLoaded) fail(113, `Could not find service "${label}" in domain for system`)
} else if (verb === 'print') {
  if (!isLoaded) fail(113, `Could not find service "${label}" in domain for system`)
  process.stdout.write(`${target} = {\n\tstate = ${isRunning(label) ? 'running' : 'not running'}\n}\n`)
} else if (verb === 'enable' || verb === 'disable') {
  writeFileSync(`${process.env['RELAYQ_FAKE_MACHINE']}/enabled`, target)
} else fail(64, `Unrecognized subcommand: ${verb}`)

function fail(code: number, words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(code)
}

/** Read by Python's own parser of property lists, which is as strict as Apple's about their form. */
function readList(path: string) {
  const toJson = 'import json,plistlib,sys;print(json.dumps(plistlib.load(open(sys.argv[1],"rb"))))'
  const list = JSON.parse(execFileSync('python3', ['-c', toJson, path], { encoding: 'utf8' })) as {
    ProgramArguments: string[]
    EnvironmentVariables: Record<string, string>
    WorkingDirectory: string
    UserName?: string
    StartInterval?: number
  }
  return {
    command: list.ProgramArguments,
    env: list.EnvironmentVariables,
    cwd: list.WorkingDirectory,
    user: list.UserName ?? null,
    interval: list.StartInterval ?? null,
  }
}
