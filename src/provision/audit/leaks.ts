import { type Finding, manualMend, problem } from '../doctor/finding.ts'
import { fingerprintOf, knownSecretsFile } from './known-secrets.ts'
import { findSecrets } from './secret-patterns.ts'

/** One secret, and the first place where it was seen. */
interface Leak {
  readonly kind: string
  readonly where: string
  /** Of the secret; of a private key, of the file that it lies in. */
  readonly fingerprint: string
}

/** Where a line stands. */
interface Place {
  readonly file: string
  /** The same, exactly: its line, or its commit. */
  readonly where: string
}

/** What has leaked, each secret once, however often it was seen. No value leaves this class. */
export class Leaks {
  readonly #found = new Map<string, Leak>()

  /** `place` is asked for only where the line holds a secret. */
  readLine(line: string, place: () => Place): void {
    for (const { kind, value } of findSecrets(line)) {
      const { file, where } = place()
      // A private key is known by its first line, which all of them share.
      const key = kind === 'a private key' ? `${kind} in ${file}` : value
      if (!this.#found.has(key)) this.#found.set(key, { kind, where, fingerprint: fingerprintOf(key) })
    }
  }

  /** Those that `other` has not seen, too. */
  without(other: Leaks): readonly Leak[] {
    return [...this.#found].filter(([key]) => !other.#found.has(key)).map(([, leak]) => leak)
  }

  all(): readonly Leak[] {
    return [...this.#found.values()]
  }
}

export function leakFinding(
  check: string,
  { kind, where, fingerprint, isHistory }: Leak & { readonly isHistory: boolean },
): Finding {
  const why = 'everyone who may read the repository, now or later, can use it'
  return problem(check, `${kind} lies in the repository${isHistory ? "'s history" : ''}`, {
    why: isHistory ? `${why}; a later commit that removes it changes nothing` : why,
    where,
    mend: manualMend(mendOf(kind, fingerprint)),
  })
}

/** It is out: only its issuer can make it worthless. */
function mendOf(kind: string, fingerprint: string): string {
  const page = pages.find(([start]) => kind.endsWith(start))?.[1]
  const revoke = page === undefined ? 'revoke it where it was made' : `revoke it at ${page}`
  return (
    `# ${revoke}; give the new one to: relayq secret set NAME, or relayq runner env set NAME. ` +
    `If it is worthless, a test's: echo "${fingerprint} why" >> ${knownSecretsFile}`
  )
}

const pages: readonly (readonly [string, string])[] = [
  ['OpenRouter', 'https://openrouter.ai/settings/keys'],
  ['OpenAI', 'https://platform.openai.com/api-keys'],
  ['Anthropic', 'https://console.anthropic.com/settings/keys'],
  ['token of GitHub', 'https://github.com/settings/tokens'],
  ['Hugging Face', 'https://huggingface.co/settings/tokens'],
  ['Tailscale', 'https://login.tailscale.com/admin/settings/keys'],
]
