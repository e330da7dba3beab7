import { createHash, createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'

/** The hub's key pair for secrets on their way in: clients seal to the public half (libsodium's `crypto_box_seal`). */
export interface BoxKey {
  /** Changes with the key: a client names the one it sealed to. */
  readonly keyId: string
  readonly publicKey: Buffer
  /** null when the box was not sealed to this key, or is not one. */
  open(sealed: Buffer): Promise<Buffer | null>
}

/** What PKCS #8 puts before the 32 bytes of an X25519 private key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

export function createBoxKey(masterKey: Buffer): BoxKey {
  const secret = Buffer.from(hkdfSync('sha256', masterKey, '', 'sealed boxes', 32))
  const publicKey = publicHalf(secret)
  return {
    keyId: createHash('sha256').update(publicKey).digest('hex').slice(0, 18),
    publicKey,
    async open(sealed) {
      // Loaded when the first secret is set: most hubs never need its megabyte.
      const { default: sodium } = await import('libsodium-wrappers')
      await sodium.ready
      if (sealed.length < sodium.crypto_box_SEALBYTES) return null
      try {
        return Buffer.from(sodium.crypto_box_seal_open(sealed, publicKey, secret))
      } catch {
        // Its only complaint: the box is not for this key, or damaged.
        return null
      }
    },
  }
}

function publicHalf(secret: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url')
}
