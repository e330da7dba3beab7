import type { Command } from 'commander'

/** The options every command takes that speaks to a broker. */
export function addBrokerOptions(command: Command): Command {
  return command
    .option('--broker <url>', 'address of the broker’s REST API, or redis')
    .option('-R, --repo <repository>', 'repository, as [HOST/]OWNER/REPO')
}

/** The option of commands that start a workflow. */
export function addRefOption(command: Command): Command {
  return command.option('--ref <ref>', 'branch or tag whose workflow runs (default: the default branch)')
}
