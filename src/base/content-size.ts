import { HttpClient } from './http.ts'

const maxRedirects = 5

/**
 * The length a server names for an address when asked by HEAD, in bytes; null where it names none, refuses HEAD,
 * redirects for ever or does not answer within `timeoutMs`. A guess to decide on: what is downloaded is counted again.
 */
export async function contentSize(address: string, timeoutMs: number): Promise<number | null> {
  const http = new HttpClient()
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    let url = address
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const answer = await http.send({ url, method: 'HEAD', signal, headers: { 'user-agent': 'relayq' } })
      answer.body.resume()
      const location = answer.headers.get('location')
      if (answer.status >= 300 && answer.status < 400 && location !== undefined)
        url = new URL(location, url).href
      else return answer.status === 200 ? readLength(answer.headers.get('content-length')) : null
    }
    return null
  } catch {
    // Whatever it was, it will be said by the download, on the machine that matters.
    return null
  } finally {
    http.close()
  }
}

function readLength(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null
}
