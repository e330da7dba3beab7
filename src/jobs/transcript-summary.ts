import type { Transcript } from '../speech/transcript.ts'

const shownCharacters = 2000

/** The step summary: what was heard, by what, how fast. The text comes from a stranger's recording, so it is fenced. */
export function transcriptSummary(transcript: Transcript): string {
  const { engine, text, usage } = transcript
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text
  const speed =
    usage.wallSec > 0 ? `, ${(usage.audioSec / usage.wallSec).toFixed(1)} times as fast as speech` : ''
  return [
    '### Transcript',
    '',
    `${usage.audioSec.toFixed(1)} s of audio, heard by ${engine.backend}${engine.model === null ? '' : ` (${engine.model})`} in ${usage.wallSec.toFixed(1)} s${speed}.`,
    '',
    ...transcript.warnings.map(warning => `- Warning: ${warning.replaceAll(/[<>&`]/g, '')}`),
    '',
    '~~~text',
    shown.replaceAll('~~~', ''),
    '~~~',
    '',
  ].join('\n')
}
