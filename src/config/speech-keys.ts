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

/** The settings that name their provider. They count before AI_API_KEY, whose provider is known by its prefix. */
const ownSettings: Readonly<Record<Provider, readonly SettingName[]>> = {
  openai: ['OPENAI_API_KEY'],
  router: ['OPENROUTER_KEYS', 'OPENROUTER_API_KEY'],
}

export function speechKeys(config: Config): SpeechKeys {
  const uses = new Map<SettingName, string>()
  const warnings: string[] = []
  const take = (setting: SettingName, provider: Provider): readonly string[] => {
    const keys = splitKeys(config.get(setting))
    if (keys.every(isUsable)) {
      if (keys.length > 0) uses.set(setting, `used for ${provider}`)
      return keys
    }
    uses.set(setting, 'not used: no key looks like this')
    warnings.push(
      `${setting} is not used: it holds something that no key holds, such as a space or a letter with an accent`,
    )
    return []
  }
  const own = (provider: Provider) => ownSettings[provider].flatMap(setting => take(setting, provider))
  const found: Record<Provider, readonly string[]> = { openai: own('openai'), router: own('router') }

  const pasted = config.get('AI_API_KEY')?.trim() ?? ''
  const owner = ownerOf(pasted)
  if (pasted !== '' && owner.kind === 'unknown') {
    uses.set('AI_API_KEY', `not used: ${owner.reason}`)
    warnings.push(`AI_API_KEY is not used: ${owner.reason}`)
  } else if (owner.kind === 'known' && found[owner.provider].length > 0) {
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
  if (key.startsWith('sk-or-')) return { kind: 'known', provider: 'router' }
  if (key.startsWith('sk-admin-')) {
    return { kind: 'unknown', reason: 'it is a key for administering OpenAI, which cannot transcribe' }
  }
  if (key.startsWith('sk-')) return { kind: 'known', provider: 'openai' }
  return {
    kind: 'unknown',
    reason: 'its provider is not known by its prefix; use the setting of the provider',
  }
}

function splitKeys(value: string | null): readonly string[] {
  const parts = (value ?? '').split(',').map(part => part.trim())
  return parts.filter(part => part !== '')
}

/** It becomes part of a header: printable ASCII without a space. */
function isUsable(key: string): boolean {
  return /^[\x21-\x7e]+$/.test(key)
}

function unique(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)]
}
