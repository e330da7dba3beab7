import type { CommandDescription } from '../describe-commands.ts'

/** What comes before any command. */
export const programOptions: readonly string[] = ['-V', '--version', '-h', '--help']

/**
 * For a shell: asks RelayQ itself, for two seconds at most. Not every system has `timeout`; perl has an alarm. What is said
 * on stderr is for people, and would break the line being typed.
 */
export const askWithin = [
  'if command -v timeout >/dev/null 2>&1; then timeout 2 "$@"',
  `else perl -e 'alarm 2; exec @ARGV' "$@"`,
  'fi 2>/dev/null',
].join('; ')

/** All commands, each before those that are said after its name. */
export function flatten(commands: readonly CommandDescription[]): readonly CommandDescription[] {
  return commands.flatMap(command => [command, ...flatten(command.commands)])
}
