import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, recordCall, startService, stopService } from './services.ts'

/** systemctl as far as RelayQ calls it: units are read from RELAYQ_SERVICE_FOLDER, and their services really run. */

const [verb, ...words] = recordCall('systemctl')
const unit = words.at(-1) ?? ''

const path = join(process.env['RELAYQ_SERVICE_FOLDER'] ?? '', unit)

if (verb !== 'daemon-reload' && !existsSync(path)) {
  process.stderr.write(`Unit ${unit} could not be found.\n`)
  process.exit(5)
}
const isTimer = unit.endsWith('.timer')
if (!isTimer && (verb === 'stop' || verb === 'restart')) await stopService(unit)
if (!isTimer && (verb === 'start' || verb === 'restart'))
  await startService(unit, readUnit(readFileSync(path, 'utf8')))
if (verb === 'is-active') {
  process.stdout.write(isRunning(unit) ? 'active\n' : 'inactive\n')
  process.exitCode = isRunning(unit) ? 0 : 3
}

const enabled = join(process.env['RELAYQ_FAKE_MACHINE'] ?? '', `${unit}.enabled`)
if (verb === 'enable') writeFileSync(enabled, '')
if (verb === 'disable') rmSync(enabled, { force: true })
if (verb === 'is-enabled') {
  process.stdout.write(existsSync(enabled) ? 'enabled\n' : 'disabled\n')
  process.exitCode = existsSync(enabled) ? 0 : 1
}

function readUnit(text: string) {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, v]) => v ?? '')
  const words = (value: string) =>
    [...value.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
      (quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '').replaceAll('%%', '%'),
    )
  const settings = values('Environment').map(value => words(value)[0] ?? '')
  return {
    command: words(values('ExecStart')[0] ?? '').map(word => word.replaceAll('$$', '$')),
    cwd: values('WorkingDirectory')[0] ?? '/',
    user: values('User')[0] ?? null,
    env: Object.fromEntries(
      settings.map(setting => [
        setting.slice(0, setting.indexOf('=')),
        setting.slice(setting.indexOf('=') + 1),
      ]),
    ),
  }
}
