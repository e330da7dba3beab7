import type { Command } from 'commander'
import { RelayError } from '../../../base/errors.ts'
import { RelayQ } from '../../../compose.ts'
import type { GitHubEnrolment } from '../../../github/enrolment.ts'
import type { InstalledRunner } from '../../../provision/runner/inventory.ts'
import type { Flags } from '../../command.ts'
import type { Context } from '../../context.ts'
import { firstLine } from '../../first-line.ts'
import { parseText } from '../../option-values.ts'

/** Where a runner belongs, and how its token comes here. */
export interface EnrolOptions {
  readonly broker: string | null
  readonly repo: string | null
  /** The token is the first line of standard input. */
  readonly tokenFromInput: boolean
}

export function addEnrolOptions(command: Command): Command {
  return command
    .option('--broker <url>', 'address of the broker’s REST API')
    .option('-R, --repo <repository>', 'repository, as [HOST/]OWNER/REPO')
    .option(
      '--token-stdin',
      'read a token with Administration: write from standard input (else GH_TOKEN, or gh)',
    )
}

export function parseEnrolOptions(flags: Flags): EnrolOptions {
  return {
    broker: parseText('--broker', flags['broker']),
    repo: parseText('--repo', flags['repo']),
    tokenFromInput: flags['tokenStdin'] === true,
  }
}

/** Opens the way to the broker with the token of the command line, and closes it after `use`. */
export async function withEnrolment<T>(
  options: EnrolOptions,
  context: Context,
  use: (enrolment: GitHubEnrolment) => Promise<T>,
): Promise<T> {
  const token = options.tokenFromInput ? await readToken(context) : null
  await using relayq = await RelayQ.open({
    env: context.env,
    cwd: context.cwd,
    settings: {
      ...(options.broker === null ? {} : { RELAYQ_API_URL: options.broker }),
      ...(options.repo === null ? {} : { GH_REPO: options.repo }),
      ...(token === null ? {} : { RELAYQ_TOKEN: token, GH_TOKEN: token }),
    },
    warn: context.say,
  })
  return await use(await relayq.enrolment())
}

/** The same for a runner that is here: where it belongs is known, unless other words are said. */
export function withRunnerEnrolment<T>(
  { repository }: Pick<InstalledRunner, 'repository'>,
  options: EnrolOptions,
  context: Context,
  use: (enrolment: GitHubEnrolment) => Promise<T>,
): Promise<T> {
  const { apiUrl, owner, repo } = repository
  return withEnrolment(
    { ...options, broker: options.broker ?? apiUrl, repo: options.repo ?? `${owner}/${repo}` },
    context,
    use,
  )
}

async function readToken(context: Context): Promise<string> {
  const token = (await firstLine(context.streams.in)).trim()
  context.streams.in.destroy()
  if (token !== '') return token
  throw new RelayError('usage', 'Standard input holds no token.', {
    hint: 'printf %s "$TOKEN" | relayq runner add PROFILE --token-stdin',
  })
}
