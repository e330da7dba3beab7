import type { ServiceSpec } from '../../src/provision/runner/service-manager.ts'

/** A service that waits, with everything in it that a unit file could stumble over. */
export function serviceSpec(folder: string, changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: 'rpi4',
    description: 'RelayQ runner rpi4 of octo/queue & <friends>, 100%',
    command: ['/bin/sh', '-c', 'echo "$TEXT" > said; exec sleep 600'],
    workingFolder: folder,
    user: 'relayq-runner',
    environment: { TEXT: '50% of "all" \\ $HOME & <tags>', PATH: '/usr/bin:/bin' },
    writable: [folder, '/var/lib/with space'],
    sealed: [`${folder}/.env`],
    memoryPercent: 80,
    nice: 5,
    restartsAlways: true,
    stopSeconds: 300,
    logFolder: folder,
    ...changes,
  }
}
