import type { Millis } from '../../base/clock.ts'
import type { Signer } from '../signing.ts'

/** What one signed URL allows: one method on one blob, for a while. */
export interface Grant {
  readonly blobId: string
  readonly method: 'GET' | 'PUT'
  /** Seconds since the epoch. */
  readonly expires: number
  /** How a GET is answered; '' for a PUT. */
  readonly contentType: string
  readonly fileName: string
}

const purpose = 'blob url'

/**
 * The URL carries the whole grant and needs no token. It always has a query, so that clients may add `&comp=block` and
 * the like (docs/protocol.md, "Blobs"), which are not part of what is signed.
 */
export function signedUrl(signer: Signer, base: string, grant: Grant): string {
  const query = new URLSearchParams({
    sp: grant.method,
    se: String(grant.expires),
    rsct: grant.contentType,
    rscd: grant.fileName,
    sig: signer.sign(purpose, grantText(grant)),
  })
  return `${base}/_blobs/${grant.blobId}?${query}`
}

/** The grant of a request, or null when it is forged, expired, or for another method. */
export function checkGrant(
  signer: Signer,
  request: { readonly blobId: string; readonly method: string; readonly query: URLSearchParams },
  now: Millis,
): Grant | null {
  const { blobId, method, query } = request
  if (method !== 'GET' && method !== 'PUT') return null
  const grant: Grant = {
    blobId,
    method,
    expires: Number(query.get('se')),
    contentType: query.get('rsct') ?? '',
    fileName: query.get('rscd') ?? '',
  }
  const genuine = signer.verify(purpose, grantText(grant), query.get('sig') ?? '')
  return genuine && now < grant.expires * 1000 ? grant : null
}

function grantText({ blobId, method, expires, contentType, fileName }: Grant): string {
  return JSON.stringify([blobId, method, expires, contentType, fileName])
}
