import { RelayError } from '../base/errors.ts'

/** What servers send instead of the audio that was asked for, by how it begins. */
const refusals: readonly { readonly begins: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    begins: /^(?:<!doctype html|<html|<head|<body|<script|<!--)/i,
    what: 'a web page',
    hint: 'Use the address of the file itself; share pages of Dropbox, Google Drive and the like are web pages.',
  },
  {
    begins: /^#EXTM3U/,
    what: 'a streaming playlist',
    hint: 'Playlists are not supported; use the address of the audio file itself.',
  },
  {
    begins: /^<\?xml|^<rss|^<feed/i,
    what: 'an XML document',
    hint: 'Use the address of one episode, not of the feed.',
  },
  { begins: /^%PDF/, what: 'a PDF', hint: 'Use the address of an audio or video file.' },
  { begins: /^PK/, what: 'a zip archive', hint: 'Unpack it and use the address of one file.' },
]

/** JSON begins like nothing in particular, so it takes the server's word too. */
const textTypes =
  /^(?:text\/(?:html|xml|plain)|application\/(?:json|xml|xhtml\+xml|problem\+json|pdf|zip))\b/i

/**
 * Throws `not_media` when the beginning of a file shows that it cannot be audio or video. `head` is its first bytes,
 * `contentType` what the server calls it. A file that passes may still be junk; ffprobe has the last word.
 */
export function refuseNonMedia(head: Buffer, contentType: string): void {
  const text = head.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '')
  const refusal = refusals.find(({ begins }) => begins.test(text))
  if (refusal !== undefined) throw notMedia(refusal.what, refusal.hint)
  if (head.length === 0) throw notMedia('an empty file', 'Check the address.')
  if (textTypes.test(contentType) && !hasControlBytes(head)) {
    throw notMedia(`text (${contentType})`, 'Use the address of an audio or video file.')
  }
}

/** No audio format is free of NUL bytes for long, and no text has one. */
function hasControlBytes(head: Buffer): boolean {
  return head.includes(0)
}

function notMedia(what: string, hint: string): RelayError {
  return new RelayError('not_media', `The address leads to ${what}, not to audio or video.`, { hint })
}
