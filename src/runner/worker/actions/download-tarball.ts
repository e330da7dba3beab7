import type { ActionDownload } from './resolve-action.ts'
import { downloadFile } from './stand-ins/download-file.ts'
import { Transfer } from './stand-ins/transfer.ts'

/**
 * Downloads of actions for mode `network`, by the REST API's tarball: `GET {apiUrl}/repos/{owner}/{repo}/tarball/{ref}`.
 * `token` may be null where the repository is public. Throws RelayError `broker_rejected` or `broker_unavailable`.
 */
export function tarballDownload(
  apiUrl: string,
  token: string | null,
): (request: ActionDownload) => Promise<void> {
  const headers = { 'user-agent': 'relayq', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
  return async ({ repository, ref, file }) => {
    const transfer = new Transfer()
    const encoded = ref.split('/').map(encodeURIComponent).join('/')
    await downloadFile(transfer, { url: `${apiUrl}/repos/${repository}/tarball/${encoded}`, headers, file })
    transfer.close()
  }
}
