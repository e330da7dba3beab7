import { readFile } from 'node:fs/promises'
import { type Downloaded, type DownloadOptions, download } from '../base/download.ts'
import { RelayError } from '../base/errors.ts'
import { type FoundAudio, findAudio } from '../media/find-audio.ts'
import { isMarkup } from '../media/sniff.ts'

export type Fetched =
  | { readonly kind: 'fetched'; readonly downloaded: Downloaded; readonly foundOn: FoundOn | null }
  /** A document that names no audio. `refuse` throws what `inspect` says of it. */
  | { readonly kind: 'page'; readonly refuse: () => never }

/** Which document named the audio. */
interface FoundOn extends Pick<FoundAudio, 'in' | 'title'> {
  readonly url: string
}

interface Beginning {
  readonly head: Buffer
  readonly contentType: string
}

/** Feeds of shows with thousands of episodes are some megabytes long. */
const maxDocumentBytes = 20e6

/**
 * Downloads what an address leads to. A feed or a web page is read for the audio it names, which is then fetched like an
 * address that was given: through the same guard, and once, for another document is none. Throws what `download` throws.
 */
export async function fetchAddress(options: DownloadOptions): Promise<Fetched> {
  let document: Beginning | null = null
  const downloaded = await download({
    ...options,
    inspect: (head, contentType) => {
      document = isMarkup(head, contentType) ? { head, contentType } : null
      if (!document) options.inspect(head, contentType)
    },
    onBytes: (received, total) => {
      if (document && received > maxDocumentBytes) throw tooLong()
      options.onBytes?.(received, total)
    },
  })
  const first = document as Beginning | null
  if (first === null) return { kind: 'fetched', downloaded, foundOn: null }
  const found = findAudio(await readFile(options.path, 'utf8'), downloaded.url)
  if (found) {
    const foundOn = { url: downloaded.url, in: found.in, title: found.title }
    return { kind: 'fetched', downloaded: await download({ ...options, url: found.url }), foundOn }
  }
  return { kind: 'page', refuse: () => refuseDocument(options, first) }
}

function refuseDocument({ inspect }: DownloadOptions, first: Beginning): never {
  inspect(first.head, first.contentType)
  throw new RelayError('not_media', 'The address leads to a document, not to audio or video.')
}

function tooLong(): RelayError {
  return new RelayError(
    'not_media',
    `The address leads to a document of more than ${maxDocumentBytes / 1e6} MB.`,
    {
      hint: 'Use the address of the audio file itself.',
    },
  )
}
