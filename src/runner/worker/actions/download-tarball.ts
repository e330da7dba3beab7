import { RelayError } from '../../../base/errors.ts'
import type { ActionDownload } from './resolve-action.ts'
import { downloadFile } from './stand-ins/download-file.ts'
import { Transfer } from './stand-ins/transfer.ts'

/**
 * Downloads a repository at a ref by the REST API: `GET {apiUrl}/repos/{owner}/{repo}/tarball/{ref}`; the ref '' is the
 * head of the default branch. `token` may be null where the repository is public. Throws RelayError `broker_rejected` or `broker_unavailable`.
 */
export function tarballDownload(
  apiUrl: string,
  token: string | null,
): (request: ActionDownload) => Promise<void> {
  const headers = { 'user-agent': 'relayq', ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
  return async ({ repository, ref, file }) => {
    const transfer = new Transfer()
    const path = ['repos', repository, 'tarball', ref].filter(part => part !== '').join('/')
    const encoded = path.split('/').map(encodeURIComponent).join('/')
    try {
      await downloadFile(transfer, { url: `${apiUrl}/${encoded}`, headers, file })
    } catch (thrown) {
      if (!(thrown instanceof RelayError) || thrown.code !== 'broker_rejected') throw thrown
      const what = ref === '' ? repository : `${repository} at ${ref}`
      throw new RelayError('broker_rejected', `${what} cannot be had: ${thrown.message}.`, {
        hint: "Check its name and ref, and that the token may read it: a job's own token reads its own repository.",
        cause: thrown,
      })
    } finally {
      transfer.close()
    }
  }
}
