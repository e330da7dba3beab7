import { join } from 'node:path'
import { findPaths } from '../../config/paths.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { envFileCheck } from '../../provision/doctor/machine/env-file.ts'
import { userCheck } from '../../provision/doctor/machine/user.ts'
import type { Context } from '../context.ts'
import type { Situation } from './situation.ts'

export async function machineChecks({ env }: Context, _: Situation): Promise<readonly Check[]> {
  const paths = findPaths(env)
  return [userCheck(process.getuid?.() ?? null), envFileCheck(join(paths.config, 'env'))]
}
