import type { Config } from './load.ts'
import { findSetting } from './machine-env.ts'
import type { SettingName } from './settings.ts'

/** The keys of speech services, and which setting each came from. */
export interface SpeechKeys {
  readonly openai: readonly string[]
  /** Used in turn. */
  readonly router: readonly string[]
  /** For people, by the name of a setting that is set: "used for openai". */
  readonly uses: ReadonlyMap<SettingName, string>
  /** One line each; no key stands in them. */
  readonly warnings: readonly string[]
}

type Provider = 'openai' | 'router'

const providers = ['openai', 'router'] as const

const addressSettings: Readonly<Record<Provider, SettingName>> = {
  openai: 'OPENAI_BASE_URL',
  router: 'OPENROUTER_BASE_URL',
}

/** The settings that name their provider. They count before AI_API_KEY, whose provider is known by its prefix. */
const ownSettings: Readonly<Record<Provider, readonly SettingName[]>> = {
  openai: ['OPENAI_API_KEY'],
  router: ['OPENROUTER_KEYS', 'OPENROUTER_API_KEY'],
}

export function speechKeys(config: Config): SpeechKeys {
  const search = new KeySearch(config)
  const own = { openai: search.own('openai'), router: search.own('router') }
  const pasted = search.pasted(own)
  const keysOf = (provider: Provider) =>
    unique(own[provider].from === null ? pasted[provider] : own[provider].keys)
  return { openai: keysOf('openai'), router: keysOf('router'), uses: search.uses, warnings: search.warnings }
}

/** Looks through the settings, and notes what it made of each. */
class KeySearch {
  readonly uses = new Map<SettingName, string>()
  readonly warnings: string[] = []
  readonly #config: Config

  constructor(config: Config) {
    this.#config = config
  }

  own(provider: Provider): ProviderKeys {
    let found: ProviderKeys = { keys: [], from: null }
    for (const setting of ownSettings[provider]) {
      const keys = splitKeys(this.#config.get(setting))
      const reason = malformation(keys) ?? this.#misplacement(keys, provider)
      if (reason !== null) this.#refuse(setting, reason)
      else if (keys.length > 0) {
        this.uses.set(setting, `used for ${provider}`)
        found = { keys: [...found.keys, ...keys], from: found.from ?? setting }
      }
    }
    return found
  }

  /** Whose each key is that stands in AI_API_KEY. */
  pasted(own: Readonly<Record<Provider, ProviderKeys>>): Readonly<Record<Provider, readonly string[]>> {
    const keys = splitKeys(this.#config.get('AI_API_KEY'))
    const of = (provider: Provider) => keys.filter(key => ownerOf(key) === provider)
    const found = { openai: of('openai'), router: of('router') }
    const reason =
      malformation(keys) ??
      uselessness(keys) ??
      (keys.every(key => ownerOf(key) !== null) ? null : unknownOwner) ??
      this.#misplacement(found.openai, 'openai') ??
      this.#misplacement(found.router, 'router')
    if (reason !== null) {
      this.#refuse('AI_API_KEY', reason)
      return { openai: [], router: [] }
    }
    const wanted = providers.filter(provider => found[provider].length > 0)
    if (wanted.length > 0) this.uses.set('AI_API_KEY', useOfPasted(wanted, own))
    return found
  }

  #misplacement(keys: readonly string[], provider: Provider): string | null {
    return misplacement(keys, provider, serviceAt(this.#config.get(addressSettings[provider])))
  }

  #refuse(setting: SettingName, reason: string): void {
    this.uses.set(setting, `not used: ${reason}`)
    this.warnings.push(`${setting} is not used: ${reason}`)
  }
}

/** `from`: the first of its own settings that holds any; null: none does. */
interface ProviderKeys {
  readonly keys: readonly string[]
  readonly from: SettingName | null
}

/** `wanted`: whose keys were pasted. */
function useOfPasted(wanted: readonly Provider[], own: Readonly<Record<Provider, ProviderKeys>>): string {
  const used = wanted.filter(provider => own[provider].from === null)
  const others = wanted.filter(provider => !used.includes(provider))
  const settings = others.map(provider => own[provider].from)
  const because = `${settings.join(' and ')} ${settings.length === 1 ? 'is' : 'are'} set`
  if (used.length === 0) return `not used: ${because}`
  const use = `used for ${used.join(' and ')}`
  return others.length === 0 ? use : `${use}, not for ${others.join(' and ')}: ${because}`
}

/** By its prefix: `sk-or-v1-…` is OpenRouter's; `sk-proj-…`, `sk-svcacct-…` and older `sk-…` are OpenAI's. null: nobody knows. */
function ownerOf(key: string): Provider | null {
  if (key.startsWith('sk-or-')) return 'router'
  return key.startsWith('sk-') ? 'openai' : null
}

const unknownOwner = 'its provider is not known by its prefix; use the setting of the provider'

/** They begin as OpenAI's do, and no service here could do a thing with them. */
const useless = [
  { prefix: 'sk-admin-', reason: 'it is a key for administering OpenAI, which cannot transcribe' },
  { prefix: 'sk-ant-', reason: 'it is a key of Anthropic, which does not transcribe' },
] as const

/** Of no other service: an older key of OpenAI, `sk-…` alone, may be anybody's. */
const certainOwners: readonly { readonly prefix: string; readonly provider: Provider }[] = [
  { prefix: 'sk-or-', provider: 'router' },
  { prefix: 'sk-proj-', provider: 'openai' },
  { prefix: 'sk-svcacct-', provider: 'openai' },
]

const labels: Readonly<Record<Provider, string>> = { openai: 'OpenAI', router: 'OpenRouter' }

/** Why no service here could do a thing with one of these keys; null: one may. */
function uselessness(keys: readonly string[]): string | null {
  return useless.find(({ prefix }) => keys.some(key => key.startsWith(prefix)))?.reason ?? null
}

/** Who listens at an address, whichever setting names it; null: another service, which may take the keys of whomever. */
function serviceAt(address: string | null): Provider | null {
  const host = hostOf(address)
  const isOf = (provider: Provider) => {
    const usual = hostOf(findSetting(addressSettings[provider])?.default ?? null)
    // OpenAI has a host for each region, such as eu.api.openai.com.
    return host !== null && usual !== null && (host === usual || host.endsWith(`.${usual}`))
  }
  return providers.find(isOf) ?? null
}

function hostOf(address: string | null): string | null {
  return URL.parse(address ?? '')?.hostname ?? null
}

/** Why `service`, which is asked with a provider's keys, would not know one of these, which should not be shown to it; null: it may. */
function misplacement(keys: readonly string[], provider: Provider, service: Provider | null): string | null {
  if (service === null) return null
  const reason = uselessness(keys)
  if (reason !== null) return reason
  const other = certainOwners.find(
    owner => owner.provider !== service && keys.some(key => key.startsWith(owner.prefix)),
  )?.provider
  if (other === undefined) return null
  const where =
    other === provider
      ? `and ${addressSettings[provider]} is an address of ${labels[service]}`
      : `which belongs into ${ownSettings[other].at(-1)}`
  return `it holds a key of ${labels[other]}, ${where}`
}

function splitKeys(value: string | null): readonly string[] {
  const parts = (value ?? '').split(',').map(part => part.trim())
  return parts.filter(part => part !== '')
}

/** Why one of these can be no key: it becomes part of a header, printable ASCII without a space. null: each may be one. */
function malformation(keys: readonly string[]): string | null {
  if (keys.some(key => /["']/.test(key))) return 'there is a quote in it'
  if (keys.every(key => /^[\x21-\x7e]*$/.test(key))) return null
  return 'it holds something that no key holds, such as a space or a letter with an accent'
}

function unique(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)]
}
