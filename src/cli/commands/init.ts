import { RelayError } from '../../base/errors.ts'
import { parseRepositoryName } from '../../config/repository-name.ts'
import type { PlaceName } from '../../config/token-places.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { findTarget } from '../init/find-target.ts'
import { InitSession } from '../init/init-session.ts'
import { setUp } from '../init/set-up.ts'
import { addJsonOption, type JsonFields, parseJsonFields } from '../json-output.ts'
import { collect, parseText, parseTexts, parseWhole } from '../option-values.ts'

export interface InitOptions {
  /** As [HOST/]OWNER/REPO; null: the one that commands use here, or the one a person names. */
  readonly repository: string | null
  readonly broker: string | null
  readonly yes: boolean
  readonly dryRun: boolean
  readonly tokenFromStdin: boolean
  readonly keepEnrolToken: boolean
  /** null: the keychain where it is open, else the file. */
  readonly place: PlaceName | null
  readonly allowPublic: boolean
  /** null: as it is, unless nobody has ever set it. */
  readonly retentionDays: number | null
  readonly replace: readonly string[]
  readonly keep: readonly string[]
  readonly json: JsonFields
}

const fields = ['repository', 'applied', 'changes', 'files'] as const

/** Makes a repository a queue, and this machine one that submits to it. Ends with 1 where a file is left to the user. */
export const init = command<InitOptions>({
  define: command => {
    command.argument('[repository]', 'OWNER/REPO: private, made where it is not there')
    addBrokerOptions(command)
      .option('-y, --yes', 'make the changes without asking')
      .option('-n, --dry-run', 'show every change, and make none')
      .option('--token-stdin', 'read the token, or two of them a line each, from standard input')
      .option('--keep-enrol-token', 'keep the token that may administer the repository, too')
      .option('--keep-in <place>', 'where tokens are kept: keychain or file (default: keychain, else file)')
      .option('--allow-public', 'go on although everybody can see the repository')
      .option(
        '--retention-days <days>',
        'how long GitHub keeps artifacts and logs (default: 3, or as you have set it)',
      )
      .option('--replace <path>', 'take this version’s text of a file, without your edits', collect)
      .option('--keep <path>', 'keep your text of a file that differs', collect)
    addJsonOption(command, fields)
  },
  parse: ([positional], flags) => ({
    repository: parseRepository(positional ?? parseText('--repo', flags['repo'])),
    broker: parseText('--broker', flags['broker']),
    yes: flags['yes'] === true,
    dryRun: flags['dryRun'] === true,
    tokenFromStdin: flags['tokenStdin'] === true,
    keepEnrolToken: flags['keepEnrolToken'] === true,
    place: parsePlace(parseText('--keep-in', flags['keepIn'])),
    allowPublic: flags['allowPublic'] === true,
    retentionDays:
      flags['retentionDays'] === undefined
        ? null
        : parseWhole('--retention-days', flags['retentionDays'], 1, 400),
    replace: parseTexts('--replace', flags['replace']),
    keep: parseTexts('--keep', flags['keep']),
    json: parseJsonFields(flags, fields),
  }),
  run: async (options, context) => {
    const mayAsk = !options.yes && options.json === null
    const { relayq, target } = await findTarget(context, { ...options, mayAsk })
    await using session = await InitSession.open({ ...options, relayq, target, context, mayAsk })
    return await setUp(options, session, context)
  },
})

/** Only looked over: what it means depends on the broker. */
function parseRepository(text: string | null): string | null {
  if (text !== null) parseRepositoryName(text)
  return text
}

function parsePlace(text: string | null): PlaceName | null {
  if (text === null || text === 'keychain' || text === 'file') return text
  throw new RelayError('usage', `--keep-in cannot be "${text}".`, { hint: 'Give keychain or file.' })
}
