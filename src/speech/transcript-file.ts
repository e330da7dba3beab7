import { isJsonObject, type Json } from '../base/json.ts'
import { readFindings } from '../model/finding.ts'
import type { Segment, Transcript } from './transcript.ts'

/** What the rendered formats need of `transcript.json` as it came from a machine: null when it is not one. */
export function readTranscript(value: Json): Transcript | null {
  if (!isJsonObject(value) || value['schema'] !== 'relayq.transcript/1') return null
  const segments = Array.isArray(value['segments']) ? value['segments'].map(readSegment) : [null]
  const source = isJsonObject(value['source']) ? value['source'] : {}
  const engine = isJsonObject(value['engine']) ? value['engine'] : {}
  if (segments.some(segment => segment === null)) return null
  return {
    schema: 'relayq.transcript/1',
    source: {
      url: text(source['url']),
      sha256: text(source['sha256']),
      durationSec: seconds(source['durationSec']),
    },
    engine: {
      backend: text(engine['backend']),
      version: textOrNull(engine['version']),
      model: textOrNull(engine['model']),
    },
    language: text(value['language']),
    text: text(value['text']),
    timing: value['timing'] === 'word' ? 'word' : 'segment',
    segments: segments.filter(segment => segment !== null),
    warnings: Array.isArray(value['warnings']) ? value['warnings'].map(text) : [],
    doubts: readFindings(value['doubts']),
    dropped: [],
    usage: { audioSec: seconds(source['durationSec']), wallSec: 0 },
    createdAt: text(value['createdAt']),
  }
}

/** Without its words, which, like what was dropped, no rendered format needs. */
function readSegment(value: Json, id: number): Segment | null {
  if (!isJsonObject(value) || typeof value['text'] !== 'string') return null
  const start = seconds(value['start'])
  return { id, start, end: Math.max(start, seconds(value['end'])), text: value['text'] }
}

function seconds(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
