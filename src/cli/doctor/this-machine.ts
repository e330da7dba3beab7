import { usualProgramFolders } from '../../jobs/program-folders.ts'
import type { ThisMachine } from '../../provision/doctor/machine/this-machine.ts'
import type { Context } from '../context.ts'

/** The machine this process is on. */
export function thisMachine({ env }: Pick<Context, 'env'>): ThisMachine {
  return {
    env,
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    programFolders: usualProgramFolders(env),
  }
}
