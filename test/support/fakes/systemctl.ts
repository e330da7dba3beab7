import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, recordCall, startService, stopService } from './services.ts'

/**
 * systemctl as far as RelayQ and its pages call it: units are read from RELAYQ_SERVICE_FOLDER, with --user from the home,
 * and their services really run.
 */

const called = recordCall('systemctl')
const isUsers = called.includes('--user')
const startsNow = called.includes('--now')
const [verb, ...words] = called.filter(word => word !== '--user' && word !== '--now')
const named = words.at(-1) ?? ''
const unit = named.includes('.') ? named : `${named}.service`

const home = process.env['HOME'] ?? ''
const folder = isUsers ? join(home, '.config/systemd/user') : (process.env['RELAYQ_SERVICE_FOLDER'] ?? '')
const path = join(folder, unit)

if (verb !== 'daemon-reload' && !existsSync(path)) {
  process.stderr.write(`Unit ${unit} could not be found.\n`)
  process.exit(5)
}
const isTimer = unit.endsWith('.timer')
if (!isTimer && (verb === 'stop' || verb === 'restart')) await stopService(unit)
if (!isTimer && (verb === 'start' || verb === 'restart' || startsNow))
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
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, v = '']) => v.replaceAll('%h', home))
  const words = (value: string) =>
    [...value.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
      (quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '').replaceAll('%%', '%'),
    )
  const settings = values('Environment').map(value => words(value)[0] ?? '')
  return {
    command: words(values('ExecStart')[0] ?? '').map(word => word.replaceAll('$$', '$')),
    cwd: values('WorkingDirectory')[0] ?? '/',
    user: values('User')[0] ?? null,
    env: {
      ...(isUsers ? { HOME: home } : {}),
      ...Object.fromEntries(
        settings.map(setting => [
          setting.slice(0, setting.indexOf('=')),
          setting.slice(setting.indexOf('=') + 1),
        ]),
      ),
    },
  }
}
