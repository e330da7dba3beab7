import { programOf } from '../runner/call-program.ts'
import type { RunnerService } from '../runner/inventory.ts'

/** With which code the program of a service ended last; null: it has not ended, or its manager does not say. */
export async function readLastExit(
  { kind, unit }: RunnerService,
  env: NodeJS.ProcessEnv,
): Promise<number | null> {
  if (kind === 'systemd') {
    const { stdout } = await programOf('systemctl', 'service_manager', env).ask([
      'show',
      '--property=ExecMainStatus,ExecMainExitTimestampMonotonic',
      unit,
    ])
    return systemdExit(stdout)
  }
  const domain = kind === 'launchd' ? 'system' : `gui/${process.getuid?.() ?? 0}`
  const { stdout } = await programOf('launchctl', 'service_manager', env).ask(['print', `${domain}/${unit}`])
  return launchdExit(stdout)
}

/** `ExecMainStatus` is 0 of what never ended, too: a time of 0 tells the two apart (org.freedesktop.systemd1(5)). */
export function systemdExit(shown: string): number | null {
  const value = (key: string) => new RegExp(`^${key}=(\\d+)$`, 'm').exec(shown)?.[1]
  if (value('ExecMainExitTimestampMonotonic') === '0') return null
  const status = value('ExecMainStatus')
  return status === undefined ? null : Number(status)
}

/** `last exit code = 7`, or `(never exited)`. */
export function launchdExit(printed: string): number | null {
  const code = /^\s*last exit code = (\d+)/m.exec(printed)?.[1]
  return code === undefined ? null : Number(code)
}
