#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

/**
 * The entry of every `relayq` process. Nothing heavy is imported here: `--version` is answered before anything else is
 * loaded, and the compile cache must be on before the rest is.
 */

const version = readVersion()
const [first, ...others] = process.argv.slice(2)

if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${version}\n`)
} else {
  // The launcher sets it already; an installed package has none. Forks inherit it by the environment. Set but empty, it
  // would mean the folder one happens to be in; absolute, since forks work in others.
  process.env['NODE_COMPILE_CACHE'] ||= resolve(cacheFolder(), `compile-${version}`)
  enableCompileCache(process.env['NODE_COMPILE_CACHE'])
  const { runProcess } = await import('./run.ts')
  process.exitCode = await runProcess(process.argv.slice(2))
}

/** src/cli and dist/cli are equally deep. */
function readVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json')
  const version: unknown = JSON.parse(readFileSync(file, 'utf8')).version
  return String(version)
}

/** As config/paths finds it, which is not loaded yet. */
function cacheFolder(): string {
  const { RELAYQ_CACHE_HOME, XDG_CACHE_HOME, HOME } = process.env
  return RELAYQ_CACHE_HOME || join(XDG_CACHE_HOME || join(HOME || '/tmp', '.cache'), 'relayq')
}
