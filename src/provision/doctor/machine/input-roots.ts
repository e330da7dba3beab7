import { constants } from 'node:fs'
import { access, opendir } from 'node:fs/promises'
import { systemErrorCode } from '../../../base/errors.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'

const name = 'input folders'

/** null: it can be read. empty: as a mount point is whose disk is away. Otherwise the system's code. */
type RootState = null | 'empty' | 'ENOENT' | (string & {})

/** Folders whose files jobs may name (RELAYQ_INPUT_ROOTS), often mounted from elsewhere. `read`: which they are. */
export function inputRootsCheck(read: () => Promise<readonly string[]>): Check {
  return {
    name,
    timeoutMs: 10_000,
    look: async () => {
      const roots = await read()
      const states = await Promise.all(roots.map(async root => [root, await stateOf(root)] as const))
      return states.map(([root, state]) => judgeRoot(root, state))
    },
  }
}

function judgeRoot(root: string, state: RootState): Finding {
  if (state === null) return ok(name, 'can be read', root)
  if (state === 'empty') {
    return warning(name, `${root} is empty`, {
      why: 'if it is to be mounted from elsewhere, it is not: jobs find no file there',
      mend: manualMend(`mount | grep ${root}`),
      where: root,
    })
  }
  const words = state === 'ENOENT' ? 'is not there' : `cannot be read (${state})`
  return problem(name, `${root} ${words}`, {
    why: 'every job with a path: below it fails here',
    mend: manualMend(`ls -ld ${root}`),
    where: root,
  })
}

async function stateOf(root: string): Promise<RootState> {
  try {
    await access(root, constants.R_OK | constants.X_OK)
    const folder = await opendir(root)
    const first = await folder.read()
    await folder.close()
    return first === null ? 'empty' : null
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === null) throw thrown
    return code
  }
}
