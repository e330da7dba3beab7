import { RelayError } from '../../base/errors.ts'
import { command } from '../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { parseWhole } from '../option-values.ts'
import { writeTable } from '../table.ts'

export interface SearchOptions {
  readonly phrases: readonly string[]
  readonly limit: number
  readonly json: JsonFields
}

const fields = ['jobId', 'name', 'start', 'text'] as const

/** Where something was said: the job, the time, and the words around it. Ends with 1 when it was nowhere, as grep does. */
export const search = command<SearchOptions>({
  define: command => {
    command
      .argument('<words...>', 'all of them said within half a minute; "in quotes" for a phrase')
      .option('-L, --limit <number>', 'at most so many places', '20')
    addJsonOption(command, fields)
  },
  parse: (words, flags) => ({
    phrases: requireWords(words),
    limit: parseWhole('--limit', flags['limit'], 1, 1000),
    json: parseJsonFields(flags, fields),
  }),
  run: async ({ phrases, limit, json }, context) => {
    const hits = await (await context.relayq()).search({ phrases, limit })
    if (json) {
      const records = hits.map(({ jobId, name, start, text }) => ({ jobId, name, start, text }))
      writeJson(context.streams, records, json)
    } else {
      const rows = hits.map(({ jobId, name, start, snippet }) => [jobId, clock(start), name ?? '', snippet])
      writeTable(context.streams, ['JOB', 'AT', 'NAME', 'SAID'], rows)
      if (hits.length === 0)
        context.say('it was said nowhere, in no transcript that was fetched to this machine')
    }
    return hits.length === 0 ? 1 : 0
  },
})

function requireWords(words: readonly string[]): readonly string[] {
  const phrases = words.map(word => word.trim()).filter(word => /[\p{L}\p{N}]/u.test(word))
  if (phrases.length > 0) return phrases
  throw new RelayError('usage', 'There is no word to search for.', {
    hint: 'relayq search river "high water"',
  })
}

function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
}
