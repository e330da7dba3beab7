import { type DownloadOptions, download } from '../base/download.ts'
import { RelayError } from '../base/errors.ts'
import { filePath } from '../github/files.ts'
import { requestHeaders } from '../github/request-headers.ts'
import { type GitHubTarget, repositoryUrl } from '../github/target.ts'
import type { RelayedFile } from '../model/relayed-file.ts'

/** How a file that was sent along is fetched: with the token of the step, which the caller need not know. */
export type FetchRelayed = (
  file: RelayedFile,
  how: Pick<DownloadOptions, 'path' | 'maxBytes' | 'signal' | 'inspect' | 'onBytes' | 'silence'>,
) => Promise<void>

/**
 * Fetches from the repository the run belongs to. The API redirects to a signed link, which does not get the token, or
 * sends the bytes itself. The server is the one the runner works for, so it may be on a private network. Throws what
 * `download` throws, `url_not_found` for a file that is gone or hidden, `broker_unavailable` for a refusal,
 * `not_authorized` without a token.
 */
export function relayedFrom(target: GitHubTarget | null): FetchRelayed {
  return async (file, how) => {
    if (target === null) throw withoutToken()
    const url = repositoryUrl(target, filePath(file.id))
    const policy = { allowHosts: [hostAndPort(target.apiUrl)], allowCidrs: [] }
    const headers = { ...requestHeaders(target.token), accept: 'application/octet-stream' }
    try {
      await download({ ...how, url, headers, policy })
    } catch (thrown) {
      throw explained(file, thrown)
    }
  }
}

function hostAndPort(apiUrl: string): string {
  const { hostname, port, protocol } = new URL(apiUrl)
  return `${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? 443 : 80)}`
}

function explained(file: RelayedFile, thrown: unknown): unknown {
  if (!(thrown instanceof RelayError)) return thrown
  if (thrown.code === 'url_not_found') return notThere(file, thrown)
  // A limit of requests, or a token that is over: the next attempt has another.
  if (thrown.code === 'url_refused')
    return new RelayError('broker_unavailable', thrown.message, { cause: thrown })
  return thrown
}

/** GitHub shows drafts to those who may write, and answers everybody else as if there were none. */
function notThere(file: RelayedFile, cause: RelayError): RelayError {
  return new RelayError(
    'url_not_found',
    `The file ${file.name} of this job is gone, or hidden from its token.`,
    {
      hint: 'The workflow needs `permissions: contents: write`. If it has that, submit the file again.',
      cause,
    },
  )
}

function withoutToken(): RelayError {
  return new RelayError('not_authorized', 'A file that was sent along cannot be fetched without a token.', {
    hint: 'The workflow hands it on as RELAYQ_TOKEN: compare it with the one relayq brings.',
  })
}
