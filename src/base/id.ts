import { randomBytes } from 'node:crypto'

/** Lower-case Crockford base32: no i, l, o, u, so that an id can be read aloud and typed. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** A random id of `length` characters, 5 bits each (12 characters: 60 bits). Safe in URLs, file names and run names. */
export function randomId(length = 12): string {
  return Array.from(randomBytes(length), byte => alphabet[byte & 31]).join('')
}
