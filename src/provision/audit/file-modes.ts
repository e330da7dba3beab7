import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { counted } from '../../base/counted.ts'
import { systemErrorCode } from '../../base/errors.ts'
import type { Check } from '../doctor/check.ts'
import { type Finding, ok, problem, safeMend, unseen, warning } from '../doctor/finding.ts'

const name = 'files'

/** Files that hold secrets, or lead to machines: all of `folder` that `names` fits, and what lies below it. */
export interface SecretPlace {
  readonly folder: string
  /** null: every file. */
  readonly names: RegExp | null
}

/** No folder of RelayQ is deeper, none has more of these. */
const mostDepth = 4
const mostFiles = 2_000

/** Whether other users of this machine can read or change what only its owner should. */
export function fileModesCheck(places: readonly SecretPlace[]): Check {
  return { name, timeoutMs: 20_000, look: () => auditModes(places) }
}

async function auditModes(places: readonly SecretPlace[]): Promise<readonly Finding[]> {
  const files: string[] = []
  const unread: string[] = []
  for (const { folder, names } of places) await collect(folder, names, 0, files, unread)
  const judged = await Promise.all(files.slice(0, mostFiles).map(judgeFile))
  const findings = judged.filter(finding => finding !== null)
  const missed = [
    ...unread.map(folder => unseen(name, 'this user may not look into it', { where: folder })),
    ...(files.length > mostFiles
      ? [unseen(name, `${counted(files.length - mostFiles, 'file')} more than were looked at`)]
      : []),
  ]
  const saw = `${counted(judged.length, 'file')} with secrets, for their owner alone`
  return [...findings, ...missed, ...(findings.length === 0 ? [ok(name, saw)] : [])]
}

async function collect(
  folder: string,
  names: RegExp | null,
  depth: number,
  files: string[],
  unread: string[],
): Promise<void> {
  if (depth > mostDepth || files.length > mostFiles) return
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await collect(path, names, depth + 1, files, unread)
      else if (entry.isFile() && (names === null || names.test(entry.name))) files.push(path)
    }
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'EACCES' || code === 'EPERM') unread.push(folder)
    else if (code !== 'ENOENT' && code !== 'ENOTDIR') throw thrown
  }
}

async function judgeFile(path: string): Promise<Finding | null> {
  const mode = (await stat(path)).mode & 0o777
  if ((mode & 0o077) === 0) return null
  const verb = (mode & 0o022) === 0 ? 'read' : 'change'
  const mend = safeMend(['chmod', '600', path])
  if (!(await isReachable(path))) {
    const why = 'only the folder around it protects it'
    return warning(name, `others could ${verb} it (mode 0${mode.toString(8)})`, { why, mend, where: path })
  }
  return problem(name, `others may ${verb} it (mode 0${mode.toString(8)})`, {
    why: 'every user and program of this machine can use what it holds',
    mend,
    where: path,
  })
}

/** Whether anybody but its owner may pass every folder on the way. */
async function isReachable(path: string): Promise<boolean> {
  const folder = dirname(path)
  if (((await stat(folder)).mode & 0o011) === 0) return false
  return folder === dirname(folder) || isReachable(folder)
}
