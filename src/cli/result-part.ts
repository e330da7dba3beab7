import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { counted } from '../base/counted.ts'
import { RelayError } from '../base/errors.ts'
import { mediaFormats, pictureFormats } from '../model/kinds.ts'
import type { JobResult } from '../model/result.ts'
import { fileOfFormat } from '../queue/format-file.ts'
import type { ReadyResult } from './ready-result.ts'
import { saveFile } from './save-file.ts'

/** What is delivered of a result. */
export type ResultPart =
  /** `format` null: result.json. */
  | { readonly kind: 'file'; readonly path: string; readonly format: string | null }
  /** All its files, by their names below `directory`. */
  | { readonly kind: 'whole'; readonly directory: string; readonly names: readonly string[] }

export interface WantedPart {
  /** null: the text, else the only file, else result.json. */
  readonly format: string | null
  /** result.json itself. */
  readonly json: boolean
}

const preferredFormat = 'txt'
/** More names than these are counted. */
const mostNamed = 6

/**
 * The part that was asked for, or the usual one. With `intoFolder`, a result of many files without a usual one, as a script leaves
 * it, is taken whole. Throws `usage` where a file has to be chosen, and `invalid_input` for a format that it cannot have.
 */
export async function partOf(
  { result, directory }: ReadyResult,
  { format, json }: WantedPart,
  options: { readonly intoFolder: boolean },
): Promise<ResultPart> {
  const own: ResultPart = { kind: 'file', path: join(directory, 'result.json'), format: null }
  if (json) return own
  const { files } = result
  const isChosen = format !== null || preferredFormat in files || Object.keys(files).length < 2
  if (!isChosen && options.intoFolder) return { kind: 'whole', directory, names: Object.values(files) }
  const chosen = format ?? usualFormat(result)
  return chosen === null
    ? own
    : { kind: 'file', path: await fileOfFormat(directory, result, chosen), format: chosen }
}

/** The text, else the only file there is; null where there is none. Throws `usage` where it has to be chosen. */
function usualFormat({ files }: JobResult): string | null {
  const formats = Object.keys(files)
  if (formats.includes(preferredFormat)) return preferredFormat
  if (formats.length <= 1) return formats[0] ?? null
  const named = formats.length > mostNamed ? counted(formats.length, 'other file') : formats.join(' and ')
  throw new RelayError('usage', `The result has no ${preferredFormat}, but ${named}.`, {
    hint: `Choose one with --format ${formats[0]}, or take all of them with -o FOLDER/.`,
  })
}

/** The bytes of a film or a picture say nothing to a person, and may set the terminal up strangely. */
export function isMedia(part: ResultPart): boolean {
  return part.kind === 'file' && [...mediaFormats, ...pictureFormats].some(media => media === part.format)
}

/** Copies a whole result below a folder (absolute), which is made. */
export async function saveWhole(
  { directory, names }: Extract<ResultPart, { readonly kind: 'whole' }>,
  folder: string,
): Promise<void> {
  for (const name of names) {
    const place = join(folder, name)
    await mkdir(dirname(place), { recursive: true })
    await saveFile(join(directory, name), place, folder)
  }
}
