import { existsSync } from 'node:fs'
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { copyForAll, copyTree } from '../../base/copy-tree.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { quoteForShell } from '../../base/shell-word.ts'
import { makeFolder } from './owned-folders.ts'

/** The RelayQ that installs a runner, and the Node it runs on. */
export interface RunningProgram {
  /** Folder with package.json, and `src` (a checkout) or `dist` (a package). */
  readonly root: string
  /** The program's file below it: `src/cli/main.ts` or `dist/cli/main.js`. */
  readonly main: string
  readonly node: string
}

/**
 * Copies RelayQ with the packages it needs into `folder`, and puts a `relayq` into `folder/bin` that starts it: what jobs
 * of the runner call. A copy, because the account of the runner may not be able to read where it is now, and because what
 * a machine runs shall change by `relayq runner update` alone. Whole or not at all; everyone may read it.
 */
export async function copyProgram(program: RunningProgram, folder: string): Promise<void> {
  const partial = `${folder}.part`
  await rm(partial, { recursive: true, force: true })
  try {
    await fill(partial, folder, program)
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true })
    throw thrown
  }
  const old = `${folder}.old`
  await rm(old, { recursive: true, force: true })
  if (existsSync(folder)) await rename(folder, old)
  await rename(partial, folder)
  await rm(old, { recursive: true, force: true })
}

async function fill(partial: string, folder: string, program: RunningProgram): Promise<void> {
  const copied = join(partial, 'relayq')
  const packages = join(copied, 'node_modules')
  for (const each of [partial, join(partial, 'bin'), copied, packages]) await makeFolder(each, 0o755, null)
  await copyForAll(join(program.root, 'package.json'), join(copied, 'package.json'))
  const [code = ''] = relative(program.root, program.main).split(sep)
  for (const name of [code, 'policy', '.github/workflows']) {
    const from = join(program.root, name)
    if (existsSync(from)) await copyFolder(from, join(copied, name), isWanted)
  }
  for (const [name, from] of await packagesOf(program.root)) {
    await copyFolder(from, join(packages, name), isRead)
  }
  const node = await nodeFor(program, partial)
  const main = join(folder, 'relayq', relative(program.root, program.main))
  const shim = join(partial, 'bin', 'relayq')
  await writeFile(
    shim,
    `#!/bin/sh\nexec ${quoteForShell(node.replace(partial, folder))} ${quoteForShell(main)} "$@"\n`,
  )
  await chmod(shim, 0o755)
  const stamp = join(partial, 'stamp')
  await writeFile(stamp, await stampOf(program))
  await chmod(stamp, 0o644)
}

/** Also the folder above it, such as the scope of a package, is open to all. */
async function copyFolder(from: string, to: string, isPart: (name: string) => boolean): Promise<void> {
  await makeFolder(dirname(to), 0o755, null)
  await copyTree(from, to, isPart)
}

/** Whether the copy is of this very program. */
export async function isCopied(program: RunningProgram, folder: string): Promise<boolean> {
  const stamp = await readFile(join(folder, 'stamp'), 'utf8').catch(() => null)
  return stamp !== null && stamp === (await stampOf(program))
}

async function stampOf({ root, node }: RunningProgram): Promise<string> {
  const description = parseJson(await readFile(join(root, 'package.json'), 'utf8'))
  const version = isJsonObject(description) ? description['version'] : null
  return `${String(version)} from ${root} on ${node}\n`
}

/** Every package that RelayQ needs to run, with all that those need, by name; found as Node finds them. */
async function packagesOf(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const visit = async (folder: string): Promise<void> => {
    for (const name of await dependenciesOf(folder)) {
      if (found.has(name)) continue
      const from = await locate(name, folder)
      if (from === null) continue
      found.set(name, from)
      await visit(from)
    }
  }
  await visit(await realpath(root))
  return found
}

async function dependenciesOf(folder: string): Promise<readonly string[]> {
  const description = parseJson(await readFile(join(folder, 'package.json'), 'utf8'))
  const needed = isJsonObject(description) ? description['dependencies'] : null
  return isJsonObject(needed) ? Object.keys(needed) : []
}

/** null: not installed, as an optional one may be. */
async function locate(name: string, from: string): Promise<string | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpath(candidate)
    if (folder === dirname(folder)) return null
  }
}

/** Node where it is, if every account can run it there; else a copy. Services do not see into homes. */
async function nodeFor(program: RunningProgram, folder: string): Promise<string> {
  const node = await realpath(program.node)
  if (await isOpenToAll(node)) return node
  const copy = join(folder, 'bin', 'node')
  await copyForAll(node, copy)
  return copy
}

async function isOpenToAll(path: string): Promise<boolean> {
  for (let each = path; each !== dirname(each); each = dirname(each)) {
    if (((await stat(each)).mode & 0o001) === 0) return false
  }
  return true
}

/** Tests are no part of the program. */
function isWanted(name: string): boolean {
  return isRead(name) && !name.endsWith('.test.ts') && name !== 'fixtures'
}

/** What no running program reads is a third of the files, and each takes its time on the card of a Pi. */
function isRead(name: string): boolean {
  return !/\.(?:d\.[cm]?ts|map|md)$/.test(name)
}
