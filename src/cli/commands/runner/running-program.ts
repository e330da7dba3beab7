import { join } from 'node:path'
import type { RunningProgram } from '../../../provision/runner/program-copy.ts'
import { mainPath } from '../../fleet/program.ts'

/** This very program. `src` and `dist` lie equally deep. */
export function runningProgram(): RunningProgram {
  return { root: join(import.meta.dirname, '..', '..', '..', '..'), main: mainPath, node: process.execPath }
}
