import { join } from 'node:path'
import { findPaths } from '../../config/paths.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { installedVersionsCheck } from '../../provision/doctor/fleet/runner-versions.ts'
import { diskCheck } from '../../provision/doctor/machine/disk.ts'
import { envFileCheck } from '../../provision/doctor/machine/env-file.ts'
import { inputRootsCheck } from '../../provision/doctor/machine/input-roots.ts'
import { isolationCheck } from '../../provision/doctor/machine/isolation.ts'
import { memoryCheck } from '../../provision/doctor/machine/memory.ts'
import { ffmpegCheck, gitCheck, nodeCheck } from '../../provision/doctor/machine/programs.ts'
import { raspberryPiCheck } from '../../provision/doctor/machine/raspberry-pi.ts'
import { keepTimerCheck, servicesCheck } from '../../provision/doctor/machine/services.ts'
import { sleepCheck } from '../../provision/doctor/machine/sleep.ts'
import { systemCheck } from '../../provision/doctor/machine/system.ts'
import type { ThisMachine } from '../../provision/doctor/machine/this-machine.ts'
import { userCheck } from '../../provision/doctor/machine/user.ts'
import { destinationsOf } from '../../provision/doctor/network/destinations.ts'
import { networkCheck } from '../../provision/doctor/network/network.ts'
import { tailscaleCheck } from '../../provision/doctor/tailscale.ts'
import { placesOf, type RunnerService, runnersFolder } from '../../provision/runner/inventory.ts'
import { openServiceManager } from '../../provision/runner/open-service-manager.ts'
import { usableMemoryMb } from '../../speech/model-memory.ts'
import type { Context } from '../context.ts'
import { loadNodeConfig } from '../node-config.ts'
import type { Situation } from './situation.ts'
import { thisMachine } from './this-machine.ts'

/** What any machine needs, and more of one that does jobs. */
export async function machineChecks(context: Context, situation: Situation): Promise<readonly Check[]> {
  const machine = thisMachine(context)
  const paths = findPaths(context.env)
  const root = runnersFolder(context.env)
  const { installed } = situation
  const folders = [paths.state, paths.cache, ...installed.map(({ name }) => placesOf(root, name).work)]
  const envFiles = installed.map(({ home }) => join(home, '.config', 'relayq', 'env'))
  return [
    systemCheck(machine.platform),
    nodeCheck(process.versions.node),
    gitCheck(machine),
    diskCheck(folders),
    // On a Mac a runner's jobs have the account, and the file, of whoever set it up.
    ...[...new Set([join(paths.config, 'env'), ...envFiles])].map(envFileCheck),
    ...(situation.jobEnvs.length > 0 ? jobChecks(machine, situation) : []),
    tailscaleCheck(machine),
  ]
}

/** Of a machine that does jobs. */
function jobChecks(machine: ThisMachine, { installed, noBroker, jobEnvs }: Situation): readonly Check[] {
  const stateOf = async (service: RunnerService) =>
    openServiceManager(service.kind, machine.env).state(service)
  const root = runnersFolder(machine.env)
  return [
    ...(jobEnvs.includes(machine.env) ? [userCheck(machine.uid)] : []),
    memoryCheck(usableMemoryMb()),
    ...jobEnvs.map(env => ffmpegCheck(thisMachine({ env }))),
    ...jobEnvs.map(env => inputRootsCheck(async () => (await loadNodeConfig(env)).inputRoots)),
    raspberryPiCheck(machine),
    ...(installed.length > 0
      ? [
          servicesCheck(installed, root, stateOf, machine),
          ...installed.slice(0, 1).map(runner => keepTimerCheck(runner, machine)),
          isolationCheck(installed, root),
          ...(noBroker ? [installedVersionsCheck(installed)] : []),
        ]
      : []),
    ...(machine.platform === 'darwin' ? [sleepCheck(machine)] : []),
  ]
}

/** Where what is done here has to get to. */
export async function networkChecks(context: Context, situation: Situation): Promise<readonly Check[]> {
  const apiUrl = situation.noBroker ? null : (await (await context.relayq()).github()).choice.apiUrl
  const runnerRepositories = situation.installed.map(({ repository }) => repository.url)
  const destinations = destinationsOf({ apiUrl, runnerRepositories })
  return destinations.length === 0 ? [] : [networkCheck(destinations, thisMachine(context))]
}
