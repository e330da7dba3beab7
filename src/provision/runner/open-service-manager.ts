import { join } from 'node:path'
import type { RunnerService } from './inventory.ts'
import { Launchd } from './launchd.ts'
import type { ServiceManager } from './service-manager.ts'
import { Systemd } from './systemd.ts'

/** How long launchd lets a running job end, in s; a job of the queue that is cut off is attempted again elsewhere. */
export const stopSeconds = 300

/** The service manager of this kind here. RELAYQ_SERVICE_FOLDER names another folder for its files. */
export function openServiceManager(kind: RunnerService['kind'], env: NodeJS.ProcessEnv): ServiceManager {
  const named = env['RELAYQ_SERVICE_FOLDER']
  if (kind === 'systemd') return new Systemd({ env, folder: named || '/etc/systemd/system' })
  const stopMs = stopSeconds * 1_000
  if (kind === 'launchd') {
    return new Launchd({ env, folder: named || '/Library/LaunchDaemons', agentOf: null, stopMs })
  }
  const folder = named || join(env['HOME'] ?? '', 'Library', 'LaunchAgents')
  return new Launchd({ env, folder, agentOf: process.getuid?.() ?? 0, stopMs })
}
