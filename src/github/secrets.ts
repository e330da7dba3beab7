import { RelayError } from '../base/errors.ts'
import { storedName } from '../model/secret-name.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { fieldsOf } from './read.ts'

/** What GitHub tells of a secret of a repository's workflows; the value it never gives. Times as ISO 8601. */
export interface RepositorySecret {
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** GitHub's limit of a value, in bytes (docs.github.com, "Secrets reference"). */
const largestValue = 48 * 1024

/** The name as GitHub keeps it, in upper case. Throws `invalid_input` for one that GitHub does not take. */
export function requireSecretName(written: string): string {
  const name = storedName(written)
  if (name !== null) return name
  throw new RelayError('invalid_input', `GitHub takes no secret of the name ${JSON.stringify(written)}.`, {
    hint: 'Use letters, digits and _, with no digit first, at most 100 of them, and not GITHUB_ in front.',
  })
}

export async function listSecrets(client: GitHubClient): Promise<readonly RepositorySecret[]> {
  const secrets: RepositorySecret[] = []
  for await (const item of client.list('/actions/secrets', 'secrets')) {
    const secret = fieldsOf(item, 'secret')
    secrets.push({
      name: secret.text('name'),
      createdAt: secret.text('created_at'),
      updatedAt: secret.text('updated_at'),
    })
  }
  return secrets
}

/**
 * Seals `value` to the repository's public key (libsodium's `crypto_box_seal`) and puts it: the broker alone can open it.
 * Throws `invalid_input` for a value that is empty or too large.
 */
export async function setSecret(
  client: GitHubClient,
  name: string,
  value: string,
): Promise<'created' | 'updated'> {
  requireValue(name, value)
  const key = fieldsOf((await client.get('/actions/secrets/public-key')).data, 'public key')
  const answer = await client.put(`/actions/secrets/${encodeURIComponent(name)}`, {
    encrypted_value: await seal(value, Buffer.from(key.text('key'), 'base64')),
    key_id: key.text('key_id'),
  })
  return answer.status === 201 ? 'created' : 'updated'
}

/** false: there is no such secret. */
export async function removeSecret(client: GitHubClient, name: string): Promise<boolean> {
  try {
    await client.delete(`/actions/secrets/${encodeURIComponent(name)}`)
    return true
  } catch (thrown) {
    if (statusOf(thrown) === 404) return false
    throw thrown
  }
}

function requireValue(name: string, value: string): void {
  if (value === '') {
    throw new RelayError('invalid_input', `The value of ${name} is empty.`, {
      hint: `Remove it instead: relayq secret remove ${name}`,
    })
  }
  if (Buffer.byteLength(value) > largestValue) {
    throw new RelayError('invalid_input', `The value of ${name} is larger than GitHub's limit of 48 KB.`, {
      hint: 'Keep it as a file on the machines that need it.',
    })
  }
}

async function seal(value: string, publicKey: Buffer): Promise<string> {
  const { default: sodium } = await import('libsodium-wrappers')
  await sodium.ready
  if (publicKey.length !== sodium.crypto_box_PUBLICKEYBYTES) {
    throw new RelayError('protocol_mismatch', "The broker's public key is not one of GitHub's.", {
      hint: 'Check that the address of the broker is the one of its REST API.',
    })
  }
  return Buffer.from(sodium.crypto_box_seal(value, publicKey)).toString('base64')
}
