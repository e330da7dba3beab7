import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readIfThere } from '../../base/read-if-there.ts'
import { replaceIfChanged } from '../../base/replace-file.ts'
import { programOf } from '../runner/call-program.ts'
import type { InstalledRunner, RunnerPlaces, RunnerService } from '../runner/inventory.ts'
import { type KeepTimer, keepTimer } from './keep-timer.ts'

/** The timer of a machine, which the newest of its runners brings: it calls that runner's own copy of RelayQ. */
export function timerOf(
  { service, home }: Pick<InstalledRunner, 'service' | 'home'>,
  { program }: Pick<RunnerPlaces, 'program'>,
  env: NodeJS.ProcessEnv,
): KeepTimer {
  const isAgent = service.kind === 'launchd-gui'
  const own = ['RELAYQ_RUNNER_HOME', 'RELAYQ_SERVICE_FOLDER'].flatMap(name =>
    env[name] ? [[name, env[name]] as const] : [],
  )
  return keepTimer(service.kind, {
    command: [join(program, 'bin', 'relayq'), 'runner', 'keep'],
    environment: {
      HOME: isAgent ? home : (env['HOME'] ?? '/root'),
      PATH: '/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      ...Object.fromEntries(own),
    },
    logFile: isAgent ? join(home, 'Library', 'Logs', 'relayq-keep.log') : '/var/log/relayq-keep.log',
  })
}

/** Whether its files lie there as they should. */
export function isTimerInstalled(timer: KeepTimer, service: Pick<RunnerService, 'file'>): boolean {
  const folder = dirname(service.file)
  return timer.files.every(({ name, text }) => readIfThere(join(folder, name)) === text)
}

/** Writes its files beside the runner's own and starts it; the last file last, for with it all counts as done. */
export async function installTimer(
  timer: KeepTimer,
  service: Pick<RunnerService, 'kind' | 'file'>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const folder = dirname(service.file)
  for (const { name, text } of timer.files) replaceIfChanged(join(folder, name), text, { mode: 0o644 })
  if (service.kind === 'systemd') {
    const systemctl = programOf('systemctl', 'service_manager', env)
    await systemctl.run(['daemon-reload'])
    await systemctl.run(['enable', timer.unit])
    await systemctl.run(['restart', timer.unit])
    return
  }
  const launchctl = programOf('launchctl', 'service_manager', env)
  const domain = domainOf(service)
  // A list that is loaded is not read again.
  await launchctl.ask(['bootout', `${domain}/${timer.unit}`])
  await launchctl.run(['bootstrap', domain, join(folder, `${timer.unit}.plist`)])
}

/** Of a machine whose last runner is removed. */
export async function removeTimer(
  service: Pick<RunnerService, 'kind' | 'file'>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { unit, files } = keepTimer(service.kind, { command: [], environment: {}, logFile: '' })
  const folder = dirname(service.file)
  const isSystemd = service.kind === 'systemd'
  if (isSystemd) await programOf('systemctl', 'service_manager', env).ask(['stop', unit])
  if (isSystemd) await programOf('systemctl', 'service_manager', env).ask(['disable', unit])
  else await programOf('launchctl', 'service_manager', env).ask(['bootout', `${domainOf(service)}/${unit}`])
  for (const { name } of files) await rm(join(folder, name), { force: true })
  if (isSystemd) await programOf('systemctl', 'service_manager', env).run(['daemon-reload'])
}

function domainOf({ kind }: Pick<RunnerService, 'kind'>): string {
  return kind === 'launchd' ? 'system' : `gui/${process.getuid?.() ?? 0}`
}
