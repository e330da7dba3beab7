import { RelayError } from '../base/errors.ts'

/** What servers send instead of the audio that was asked for, by how it begins. */
const refusals: readonly { readonly begins: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    begins: /^(?:<!doctype html|<html|<head|<body|<script|<!--)/i,
    what: 'a web page',
    hint: 'It names no audio. Use the address of the file itself, not a share page of Dropbox, Google Drive and the like.',
  },
  {
    begins: /^#EXTM3U/,
    what: 'a streaming playlist',
    hint: 'Playlists are not supported; use the address of the audio file itself.',
  },
  {
    begins: /^<\?xml|^<rss|^<feed/i,
    what: 'an XML document',
    hint: 'It is no feed with audio in it. Use the address of the file itself.',
  },
  { begins: /^%PDF/, what: 'a PDF', hint: 'Use the address of an audio or video file.' },
  { begins: /^PK/, what: 'a zip archive', hint: 'Unpack it and use the address of one file.' },
]

/** Whether a file begins as a web page or a feed, or its server calls it one: such a document may name audio. */
export function isMarkup(head: Buffer, contentType: string): boolean {
  if (hasControlBytes(head)) return false
  return /^</.test(beginning(head)) && (markupTypes.test(contentType) || refusalOf(head) !== undefined)
}

const markupTypes = /^(?:text\/(?:html|xml)|application\/(?:[\w.-]+\+)?xml)\b/i

/** JSON begins like nothing in particular, so it takes the server's word too. */
const textTypes =
  /^(?:text\/(?:html|xml|plain)|application\/(?:json|xml|xhtml\+xml|problem\+json|pdf|zip))\b/i

/**
 * Throws `not_media` when the beginning of a file shows that it cannot be audio or video. `head` is its first bytes,
 * `contentType` what the server calls it. A file that passes may still be junk; ffprobe has the last word.
 */
export function refuseNonMedia(head: Buffer, contentType: string): void {
  const refusal = refusalOf(head)
  if (refusal !== undefined) throw notMedia(refusal.what, refusal.hint)
  if (head.length === 0) throw notMedia('an empty file', 'Check the address.')
  if (textTypes.test(contentType) && !hasControlBytes(head)) {
    throw notMedia(`text (${contentType})`, 'Use the address of an audio or video file.')
  }
}

function refusalOf(head: Buffer): (typeof refusals)[number] | undefined {
  const text = beginning(head)
  return refusals.find(({ begins }) => begins.test(text))
}

function beginning(head: Buffer): string {
  return head.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '')
}

/** No audio format is free of NUL bytes for long, and no text has one. */
function hasControlBytes(head: Buffer): boolean {
  return head.includes(0)
}

function notMedia(what: string, hint: string): RelayError {
  return new RelayError('not_media', `The address leads to ${what}, not to audio or video.`, { hint })
}
