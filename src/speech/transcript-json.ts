import type { Transcript } from './transcript.ts'

/**
 * The transcript's JSON, indented by two, a segment at a time: of some hours of words with their times it is many
 * megabytes, and would be as many again while it is made and encoded in one piece.
 */
export function* transcriptJson(transcript: Transcript): Generator<string> {
  const empty = `${JSON.stringify({ ...transcript, segments: [] }, null, 2)}\n`
  // Within a value the quotes would be escaped, and a line cannot begin.
  const place = empty.indexOf('\n  "segments": []') + '\n  "segments": ['.length
  yield empty.slice(0, place)
  for (const [index, segment] of transcript.segments.entries()) {
    const json = JSON.stringify(segment, null, 2).replaceAll('\n', '\n    ')
    yield `${index === 0 ? '' : ','}\n    ${json}`
  }
  yield `${transcript.segments.length === 0 ? '' : '\n  '}${empty.slice(place)}`
}
