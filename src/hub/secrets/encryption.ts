import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Encrypts values at rest. `name` is bound to the value: one cannot be put in another's place. */
export interface Encryption {
  encrypt(name: string, value: string): Uint8Array
  /** Throws when the bytes are not what `encrypt` gave for that name and key. */
  decrypt(name: string, bytes: Uint8Array): string
}

/** AES-256-GCM: nonce, tag, ciphertext. */
export function createEncryption(masterKey: Buffer): Encryption {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'secrets at rest', 32))
  return {
    encrypt(name, value) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(name))
      const content = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), content])
    },
    decrypt(name, bytes) {
      const [tagAt, contentAt] = [nonceBytes, nonceBytes + tagBytes]
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, tagAt), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(tagAt, contentAt))
      return Buffer.concat([decipher.update(bytes.subarray(contentAt)), decipher.final()]).toString('utf8')
    },
  }
}
