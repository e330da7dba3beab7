/** A secret that a line of text holds. The value is for comparing alone: it must never be shown. */
export interface FoundSecret {
  /** For people: "a key of OpenRouter". */
  readonly kind: string
  readonly value: string
}

/**
 * Forms by which secrets are known, from their issuers' pages on formats and from gitleaks' rules. Each asks for the
 * whole length, so that the shortened ones of manuals and tests are none.
 */
const forms: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'a key of OpenRouter', pattern: /\bsk-or-v1-[0-9a-f]{64}\b/g },
  { kind: 'a key of Anthropic', pattern: /\bsk-ant-[a-z0-9]+-[\w-]{80,}/g },
  { kind: 'a key of OpenAI', pattern: /\bsk-(?:proj|svcacct|admin)-[\w-]{40,}/g },
  { kind: 'a key of OpenAI', pattern: /\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/g },
  { kind: 'a key of Groq', pattern: /\bgsk_[A-Za-z0-9]{52}\b/g },
  { kind: 'a token of Hugging Face', pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: 'a token of GitHub', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,251}\b/g },
  { kind: 'a token of GitHub', pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g },
  { kind: 'a key of Tailscale', pattern: /\btskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}/g },
  { kind: 'a key of AWS', pattern: /\bAKIA[A-Z2-7]{16}\b/g },
  { kind: 'a token of Slack', pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,}/g },
  { kind: 'an identity of age', pattern: /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{58,}/g },
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g },
]

/** The secret settings by name, with something in them: `AI_API_KEY=...`, as it stands in an env file. */
const assignment =
  /\b(?:AI_API_KEY|OPENAI_API_KEY|OPENROUTER_API_KEY|OPENROUTER_KEYS|GH_TOKEN|GITHUB_TOKEN|RELAYQ_TOKEN)\s*[=:]\s*["']?([A-Za-z0-9_-]{20,})/g

/** Every secret that a line shows; one that two forms know is told once. */
export function findSecrets(line: string): readonly FoundSecret[] {
  const known = forms.flatMap(({ kind, pattern }) =>
    [...line.matchAll(pattern)].map(([value]) => ({ kind, value })),
  )
  const assigned = [...line.matchAll(assignment)]
    .map(([, value = '']) => ({ kind: 'what looks like a key', value }))
    .filter(({ value }) => looksRandom(value) && known.every(secret => !secret.value.includes(value)))
  return [...known, ...assigned]
}

/** Keys have digits and letters all over; `sk-your-api-key-here` and `$OPENAI_API_KEY` have not. */
function looksRandom(value: string): boolean {
  const digits = value.match(/\d/g)?.length ?? 0
  const letters = value.match(/[A-Za-z]/g)?.length ?? 0
  return digits >= 4 && letters >= 4 && new Set(value).size >= 10
}
