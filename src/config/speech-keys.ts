import type { Config } from './load.ts'
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
  const uses = new Map<SettingName, string>()
  const warnings: string[] = []
  const refuse = (setting: SettingName, reason: string): readonly string[] => {
    uses.set(setting, `not used: ${reason}`)
    warnings.push(`${setting} is not used: ${reason}`)
    return []
  }
  const take = (setting: SettingName, provider: Provider): readonly string[] => {
    const keys = splitKeys(config.get(setting))
    // Behind another address may stand a service that takes the keys of whomever.
    const isElsewhere = config.layerOf(addressSettings[provider]) !== 'default'
    const reason = malformation(keys) ?? (isElsewhere ? null : misplacement(keys, provider))
    if (reason !== null) return refuse(setting, reason)
    if (keys.length > 0) uses.set(setting, `used for ${provider}`)
    return keys
  }
  const own = (provider: Provider) => ownSettings[provider].flatMap(setting => take(setting, provider))
  const found: Record<Provider, readonly string[]> = { openai: own('openai'), router: own('router') }

  const pasted = config.get('AI_API_KEY')?.trim() ?? ''
  const owner = ownerOf(pasted)
  if (pasted !== '' && owner.kind === 'unknown') refuse('AI_API_KEY', owner.reason)
  else if (owner.kind === 'known' && found[owner.provider].length > 0) {
    uses.set('AI_API_KEY', `not used: ${ownSettings[owner.provider].find(name => uses.has(name))} is set`)
  } else if (owner.kind === 'known') {
    found[owner.provider] = take('AI_API_KEY', owner.provider)
  }
  return { openai: unique(found.openai), router: unique(found.router), uses, warnings }
}

type Owner =
  | { readonly kind: 'known'; readonly provider: Provider }
  | { readonly kind: 'unknown'; readonly reason: string }

/** `sk-or-v1-…` is OpenRouter's; `sk-proj-…`, `sk-svcacct-…` and older `sk-…` are OpenAI's, and so is `sk-admin-…`, for other work. */
function ownerOf(key: string): Owner {
  const reason = malformation([key]) ?? useless.find(({ prefix }) => key.startsWith(prefix))?.reason
  if (reason !== undefined) return { kind: 'unknown', reason }
  if (key.startsWith('sk-or-')) return { kind: 'known', provider: 'router' }
  if (key.startsWith('sk-')) return { kind: 'known', provider: 'openai' }
  return {
    kind: 'unknown',
    reason: 'its provider is not known by its prefix; use the setting of the provider',
  }
}

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

/** Why a service would not know one of these keys, which should not be shown to it; null: it may. */
function misplacement(keys: readonly string[], provider: Provider): string | null {
  const reason = useless.find(({ prefix }) => keys.some(key => key.startsWith(prefix)))?.reason
  if (reason !== undefined) return reason
  const other = certainOwners.find(
    owner => owner.provider !== provider && keys.some(key => key.startsWith(owner.prefix)),
  )
  if (other === undefined) return null
  return `it holds a key of ${labels[other.provider]}, which belongs into ${ownSettings[other.provider].at(-1)}`
}

function splitKeys(value: string | null): readonly string[] {
  const parts = (value ?? '').split(',').map(part => part.trim())
  return parts.filter(part => part !== '')
}

/** Why one of these can be no key: it becomes part of a header, printable ASCII without a space. null: each may be one. */
function malformation(keys: readonly string[]): string | null {
  if (keys.some(key => /["']/.test(key))) return 'quotes stand around it'
  if (keys.every(key => /^[\x21-\x7e]*$/.test(key))) return null
  return 'it holds something that no key holds, such as a space or a letter with an accent'
}

function unique(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)]
}
