import { stat } from 'node:fs/promises'
import { systemErrorCode } from '../../../base/errors.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, safeMend, unseen } from '../finding.ts'

const name = 'env file'

/** The machine's own settings and keys: nobody else may read them. */
export function envFileCheck(path: string): Check {
  return { name, timeoutMs: 5_000, look: async () => [judgeEnvFile(path, await modeOf(path))] }
}

/** Of its permission bits; `absent`: there is no such file; `hidden`: it lies in a home that only its owner sees. */
type Mode = number | 'absent' | 'hidden'

export function judgeEnvFile(path: string, mode: Mode): Finding {
  if (mode === 'hidden') {
    const mend = manualMend('sudo relayq doctor machine')
    return unseen(name, 'only root sees it', { mend, where: path })
  }
  if (mode === 'absent') return ok(name, 'none, so the defaults hold', path)
  if ((mode & 0o077) === 0) return ok(name, 'only its owner may read it', path)
  return problem(name, `others may read it (mode 0${mode.toString(8)})`, {
    why: 'every user and program of this machine can take the keys in it',
    mend: safeMend(['chmod', '600', path]),
    where: path,
  })
}

async function modeOf(path: string): Promise<Mode> {
  try {
    return (await stat(path)).mode & 0o777
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent'
    if (code === 'EACCES') return 'hidden'
    throw thrown
  }
}
