import type { InstalledRunner } from '../../src/provision/runner/inventory.ts'

/** A Raspberry Pi's runner as `relayq runner add` leaves it. */
export function installedRunner(name: string, changes: Partial<InstalledRunner> = {}): InstalledRunner {
  return {
    format: 1,
    name,
    profile: 'rpi4',
    labels: ['rpi4', 'audio', 'light'],
    repository: {
      apiUrl: 'https://api.github.com',
      url: 'https://github.com/octo/queue',
      owner: 'octo',
      repo: 'queue',
    },
    registration: 'token',
    ephemeral: false,
    version: '2.336.0',
    previousVersion: null,
    user: 'relayq-runner',
    home: `/var/lib/relayq/runner/${name}/home`,
    service: {
      kind: 'systemd',
      unit: `relayq-runner-${name}.service`,
      file: `/etc/systemd/system/relayq-runner-${name}.service`,
    },
    done: ['package', 'register'],
    begun: null,
    isComplete: true,
    createdAt: '2026-11-23T10:00:00Z',
    updatedAt: '2026-11-23T10:00:00Z',
    ...changes,
  }
}
