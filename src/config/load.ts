import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere } from '../base/read-if-there.ts'
import { parseEnvFile } from './env-file.ts'
import type { Paths } from './paths.ts'
import { type SettingName, type SettingSpec, settings } from './settings.ts'

export interface ConfigSources {
  readonly env: NodeJS.ProcessEnv
  readonly paths: Paths
  /** null: no repository's file is read. */
  readonly checkout: string | null
  /** From the command line, by the name of the setting. */
  readonly flags?: Partial<Readonly<Record<SettingName, string>>>
}

export interface Setting extends SettingSpec {
  readonly name: SettingName
  /** null: set nowhere. */
  readonly value: string | null
  /** For people: "default", "/home/a/.config/relayq/env", "environment", "flag". */
  readonly origin: string | null
}

/** What ranks above what: each layer overrides those before it. */
export type Layer = 'default' | 'repository' | 'machine' | 'environment' | 'flag'

/** Every setting with its origin: defaults, then relayq.yaml, the machine's env file, the environment, flags. */
export class Config {
  readonly warnings: readonly string[]
  readonly #settings: ReadonlyMap<SettingName, Setting & { readonly layer: Layer | null }>

  constructor(found: readonly (Setting & { readonly layer: Layer | null })[], warnings: readonly string[]) {
    this.#settings = new Map(found.map(entry => [entry.name, entry]))
    this.warnings = warnings
  }

  /** null where it is not set, or set to nothing. */
  get(name: SettingName): string | null {
    return this.#settings.get(name)?.value ?? null
  }

  layerOf(name: SettingName): Layer | null {
    return this.#settings.get(name)?.layer ?? null
  }

  /** In the order of the table. */
  all(): readonly Setting[] {
    return [...this.#settings.values()]
  }
}

interface Values {
  readonly layer: Layer
  readonly get: (spec: SettingSpec) => { readonly value: string; readonly origin: string } | null
}

/** Throws `invalid_config` for a malformed relayq.yaml; a malformed line of the env file is a warning. */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const machine = readEnvFile(join(sources.paths.config, 'env'))
  const layers: readonly Values[] = [
    fromTable('flag', 'flag', name => sources.flags?.[name as SettingName]),
    fromTable('environment', 'environment', name => sources.env[name]),
    fromTable('machine', machine.path, name => machine.values.get(name)),
    await repositoryLayer(sources.checkout),
    {
      layer: 'default',
      get: spec => (spec.default === null ? null : { value: spec.default, origin: 'default' }),
    },
  ]
  return new Config(
    settings.map(spec => resolve(spec, layers)),
    machine.warnings,
  )
}

/** An empty value, or one of blanks, means "not set" and lets the next layer speak, as GitHub passes empty inputs and unset secrets. */
function resolve(spec: (typeof settings)[number], layers: readonly Values[]) {
  for (const { layer, get } of layers) {
    const found = get(spec)
    if (found && found.value.trim() !== '') return { ...spec, ...found, layer }
  }
  return { ...spec, value: null, origin: null, layer: null }
}

function fromTable(layer: Layer, origin: string, lookUp: (name: string) => string | undefined): Values {
  return {
    layer,
    get: ({ name }) => {
      const value = lookUp(name)
      return value === undefined ? null : { value, origin }
    },
  }
}

async function repositoryLayer(checkout: string | null): Promise<Values> {
  const path = join(checkout ?? '', 'relayq.yaml')
  const text = checkout === null ? null : readIfThere(path)
  if (text === null) return { layer: 'repository', get: () => null }
  const { parseRepositoryFile } = await import('./repository-file.ts')
  const values = await parseRepositoryFile(text, path)
  return {
    layer: 'repository',
    get: ({ yamlKey }) => {
      const found = yamlKey === null ? undefined : values.get(yamlKey)
      return found ? { value: found.value, origin: `${path}:${found.line}` } : null
    },
  }
}

function readEnvFile(path: string) {
  const text = readIfThere(path)
  if (text === null) return { path, values: new Map<string, string>(), warnings: [] }
  const { values, problems } = parseEnvFile(text)
  const warnings = problems.map(({ line, message }) => `${path}:${line} ${message}; the line is ignored`)
  const othersMayRead = (statSync(path).mode & 0o077) !== 0
  const holdsSecret = settings.some(({ name, secret }) => secret && values.has(name))
  if (othersMayRead && holdsSecret) {
    warnings.push(`${path} holds keys and can be read by others; run: chmod 600 ${path}`)
  }
  return { path, values, warnings }
}
