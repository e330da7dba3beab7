import type { ServiceSpec } from './service-manager.ts'

/**
 * The unit of a runner (systemd.service(5), systemd.exec(5)). It starts at boot, is started again for ever, and sees the
 * system read-only but for its own folders; it gains no rights by any program it starts. Pure.
 */
export function systemdUnit(spec: ServiceSpec): string {
  const restarts = spec.restartsAlways ? 'always' : 'on-failure'
  return unitLines([
    '# Written by relayq runner add, and again by relayq runner update.',
    '[Unit]',
    `Description=${text(spec.description)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '# Started again for ever: a machine that was away for a week comes back by itself.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    // `$` names a variable in a command, and only there.
    `ExecStart=${spec.command.map(part => unitWord(part).replaceAll('$', '$$$$')).join(' ')}`,
    `WorkingDirectory=${text(spec.workingFolder)}`,
    `User=${text(spec.user)}`,
    ...Object.entries(spec.environment).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`),
    `Restart=${restarts}`,
    'RestartSec=10',
    '# TERM goes to the runner alone, which tells its job; what is left after the wait is killed.',
    'KillMode=mixed',
    `TimeoutStopSec=${spec.stopSeconds}`,
    `Nice=${spec.nice}`,
    ...(spec.memoryPercent === null ? [] : [`MemoryMax=${spec.memoryPercent}%`]),
    'UMask=0077',
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
    'ProtectSystem=strict',
    '# Not hidden: RELAYQ_INPUT_ROOTS may name a folder there, which its owner has opened to the account.',
    'ProtectHome=read-only',
    'ProtectControlGroups=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelLogs=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'RestrictSUIDSGID=yes',
    'RestrictRealtime=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'CapabilityBoundingSet=',
    `ReadWritePaths=${spec.writable.map(path => `-${unitWord(path)}`).join(' ')}`,
    `ReadOnlyPaths=${spec.sealed.map(path => `-${unitWord(path)}`).join(' ')}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ])
}

/** A value without quotes: nothing in it but `%` is special (systemd.unit(5), specifiers). */
function text(value: string): string {
  return value.replaceAll('%', '%%')
}

/** One word of several: in quotes where it must be, with `%` as itself (systemd.syntax(7)). */
export function unitWord(value: string): string {
  const escaped = value.replaceAll('%', '%%')
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

export function unitLines(all: readonly string[]): string {
  return `${all.join('\n')}\n`
}
