import { join } from 'node:path'
import { findPaths } from '../../config/paths.ts'
import type { Check } from '../../provision/doctor/check.ts'
import { envFileCheck } from '../../provision/doctor/env-file.ts'
import { userCheck } from '../../provision/doctor/user.ts'
import type { Context } from '../context.ts'

export async function machineChecks({ env }: Context): Promise<readonly Check[]> {
  const paths = findPaths(env)
  return [userCheck(process.getuid?.() ?? null), envFileCheck(join(paths.config, 'env'))]
}
