import sodium from 'libsodium-wrappers'

/** What GitHub's documentation says to do with a secret before it is sent. `key`: the repository's, in base64. */
export async function sealSecret(
  value: string,
  { key, key_id }: { readonly key: string; readonly key_id: string },
) {
  await sodium.ready
  const box = sodium.crypto_box_seal(value, Buffer.from(key, 'base64'))
  return { encrypted_value: Buffer.from(box).toString('base64'), key_id }
}
