import type { Millis } from '../../base/clock.ts'
import { loadKey } from '../key-file.ts'
import type { Database } from '../store/database.ts'
import {
  allSecrets,
  deleteSecret,
  encryptedSecrets,
  findSecret,
  putSecret,
  type SecretRecord,
} from '../store/secrets.ts'
import { createEncryption, type Encryption } from './encryption.ts'
import { type BoxKey, createBoxKey } from './sealed-box.ts'

/** GitHub's limits: bytes of a value, and secrets of a repository. */
const largestValue = 48 * 1024
const mostSecrets = 100

/** The repository's secrets. They come in sealed, lie encrypted, and are open only in a job's message and its masks. */
export class SecretVault {
  readonly box: BoxKey
  readonly #encryption: Encryption
  readonly #db: Database

  constructor(db: Database, stateDir: string) {
    const key = loadKey(stateDir, 'secrets.key')
    this.box = createBoxKey(key)
    this.#encryption = createEncryption(key)
    this.#db = db
  }

  /** `name` in upper case. 'unreadable': not sealed to this hub's key, or no text. */
  async put(
    name: string,
    sealed: Buffer,
    now: Millis,
  ): Promise<'created' | 'updated' | 'unreadable' | 'too_large' | 'too_many'> {
    const value = await this.box.open(sealed)
    if (!value || !isText(value)) return 'unreadable'
    if (value.length > largestValue) return 'too_large'
    if (!this.find(name) && this.list().length >= mostSecrets) return 'too_many'
    const encrypted = this.#encryption.encrypt(name, value.toString('utf8'))
    return putSecret(this.#db, name, encrypted, now) ? 'created' : 'updated'
  }

  remove(name: string): boolean {
    return deleteSecret(this.#db, name)
  }

  find(name: string): SecretRecord | null {
    return findSecret(this.#db, name)
  }

  /** In the order of their names. */
  list(): readonly SecretRecord[] {
    return allSecrets(this.#db)
  }

  /** Name → value. */
  open(): ReadonlyMap<string, string> {
    const rows = encryptedSecrets(this.#db)
    return new Map(rows.map(([name, bytes]) => [name, this.#encryption.decrypt(name, bytes)]))
  }
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes)
}
