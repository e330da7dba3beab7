import { RelayError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'

/** Files that make a package a registered runner. They hold its key: its account alone may read them. */
export const registrationFiles: readonly string[] = ['.runner', '.credentials', '.credentials_rsaparams']

/**
 * The files in a JIT configuration: base64 of `{file name: base64 of the file}`, which the runner itself writes into its
 * folder before it starts (`--jitconfig`, src/Runner.Listener/Runner.cs). Written by us they never stand in an argument
 * list or an environment. Throws `protocol_mismatch`, without a part of it.
 */
export function readJitFiles(encoded: string): ReadonlyMap<string, Buffer> {
  const files = parseJson(Buffer.from(encoded, 'base64').toString('utf8'))
  if (!isJsonObject(files) || files['.runner'] === undefined || files['.credentials'] === undefined) {
    throw unreadable('it lacks .runner or .credentials')
  }
  return new Map(
    Object.entries(files).map(([name, content]) => {
      if (!registrationFiles.includes(name) || typeof content !== 'string')
        throw unreadable('it brings other files')
      return [name, Buffer.from(content, 'base64')]
    }),
  )
}

/** Id and name in a `.runner`, in whatever case its members are; null where it is none. The runner writes a BOM before. */
export function readRunnerFile(text: string | null): { readonly id: number; readonly name: string } | null {
  const value = parseJson((text ?? '').replace(/^\uFEFF/, ''))
  if (!isJsonObject(value)) return null
  const settings: JsonObject = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]),
  )
  const { agentid: id, agentname: name } = settings
  return typeof id === 'number' && typeof name === 'string' ? { id, name } : null
}

function unreadable(why: string): RelayError {
  return new RelayError('protocol_mismatch', `The broker's JIT configuration cannot be used: ${why}.`)
}
