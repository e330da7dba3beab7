import { errorCatalogue, isWorthAnotherTry } from '../../base/error-catalogue.ts'
import { type ErrorCode, errorCodes, isErrorCode, RelayError } from '../../base/errors.ts'
import { nearestName } from '../../base/nearest.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { choiceArgument } from '../option-values.ts'
import { writeTable } from '../table.ts'

export interface ErrorsOptions {
  /** null: all of them. */
  readonly code: ErrorCode | null
  readonly json: JsonFields
}

const fields = ['code', 'exitCode', 'meaning', 'mend', 'tryAgain'] as const

/** What an error code means and what mends it: the catalogue, without looking it up elsewhere. */
export const errors = command<ErrorsOptions>({
  define: command => {
    command.addArgument(choiceArgument('[code]', 'only this one', Object.keys(errorCodes)))
    addJsonOption(command, fields)
  },
  parse: ([word = null], flags) => ({
    code: word === null ? null : requireCode(word),
    json: parseJsonFields(flags, fields),
  }),
  run: async ({ code, json }, { streams }) => {
    const codes = Object.keys(errorCodes).filter(isErrorCode)
    if (json) writeJson(streams, code === null ? codes.map(errorRecord) : errorRecord(code), json)
    else if (code !== null) writeError(code, streams)
    else {
      const rows = codes.map(errorRecord).map(each => [each.code, String(each.exitCode), each.meaning])
      writeTable(streams, ['CODE', 'EXIT', 'MEANING'], rows)
    }
    return 0
  },
})

function requireCode(word: string): ErrorCode {
  if (isErrorCode(word)) return word
  const nearest = nearestName(word, Object.keys(errorCodes))
  throw new RelayError('usage', `There is no error ${JSON.stringify(word)}.`, {
    hint: nearest ? `Did you mean ${nearest}?` : 'See them all: relayq errors',
  })
}

function errorRecord(code: ErrorCode) {
  const { meaning, mend } = errorCatalogue[code]
  return { code, exitCode: errorCodes[code], meaning, mend, tryAgain: isWorthAnotherTry(code) }
}

function writeError(code: ErrorCode, streams: Context['streams']): void {
  const { exitCode, meaning, mend, tryAgain } = errorRecord(code)
  const again = tryAgain ? 'It may succeed at another time, or on another machine.\n' : ''
  streams.out.write(`${code} (exit code ${exitCode})\n${meaning}\n${mend}\n${again}`)
}
