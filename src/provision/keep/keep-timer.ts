import type { RunnerService } from '../runner/inventory.ts'
import { propertyList } from '../runner/property-list.ts'
import { unitLines, unitWord } from '../runner/systemd-unit.ts'

/** How often the runners of a machine are looked after, in s. */
const intervalSeconds = 3_600

/** What is called: absolute, followed by its arguments. */
export interface KeepCommand {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes, of a manager that keeps no journal. */
  readonly logFile: string
}

/** Files of the service manager that call `relayq runner keep` every hour; one set for all runners of a machine. */
export interface KeepTimer {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  /** What is enabled and started: `relayq-keep.timer`, `io.relayq.keep`. */
  readonly unit: string
}

/** By which name the timer's unit goes, and with what its files hold. Pure. */
export function keepTimer(kind: RunnerService['kind'], keep: KeepCommand): KeepTimer {
  if (kind === 'systemd') {
    return {
      unit: 'relayq-keep.timer',
      files: [
        { name: 'relayq-keep.service', text: systemdKeepService(keep) },
        { name: 'relayq-keep.timer', text: systemdKeepTimer() },
      ],
    }
  }
  return {
    unit: 'io.relayq.keep',
    files: [{ name: 'io.relayq.keep.plist', text: launchdKeepList(keep) }],
  }
}

/** It runs as root, for only root may start and stop services; it is called once and ends (systemd.service(5), oneshot). */
function systemdKeepService({ command, environment }: KeepCommand): string {
  return unitLines([
    '# Written by relayq runner add.',
    '[Unit]',
    'Description=Looks after the RelayQ runners of this machine',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${command.map(word => unitWord(word).replaceAll('$', '$$$$')).join(' ')}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`),
    '# Exit code 1 says that a person has something to do; it stands in the journal.',
    'SuccessExitStatus=1',
    'TimeoutStartSec=1800',
    'Nice=5',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
  ])
}

/** `Persistent`: what was missed while the machine was off is done when it is on again (systemd.timer(5)). */
function systemdKeepTimer(): string {
  return unitLines([
    '# Written by relayq runner add.',
    '[Unit]',
    'Description=Looks after the RelayQ runners of this machine every hour',
    '',
    '[Timer]',
    'OnCalendar=hourly',
    'OnBootSec=5min',
    '# Many machines of one owner do not ask all at once.',
    'RandomizedDelaySec=10min',
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ])
}

/** What was missed in sleep is done once on waking (launchd.plist(5), StartInterval). */
function launchdKeepList({ command, environment, logFile }: KeepCommand): string {
  const list = {
    Label: 'io.relayq.keep',
    ProgramArguments: command,
    EnvironmentVariables: environment,
    StartInterval: intervalSeconds,
    RunAtLoad: true,
    Nice: 5,
    Umask: 0o77,
    StandardOutPath: logFile,
    StandardErrorPath: logFile,
  }
  return propertyList(list, 'Written by relayq runner add.')
}
