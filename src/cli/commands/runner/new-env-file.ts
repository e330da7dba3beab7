import { settings } from '../../../config/settings.ts'

/** What only a machine can say of itself, with its keys. */
const ofMachines =
  /^(?:ASR_|WHISPER_|OPENAI_|OPENROUTER_|AI_|RELAYQ_(?!API_URL|TOKEN|REF|POLICY|REMOVE_ARTIFACTS))/

/** The first `~/.config/relayq/env` of a machine: every setting it may have, each commented out. */
export function newEnvFile(): string {
  const lines = settings
    .filter(({ name }) => ofMachines.test(name))
    .map(({ name, description, default: usual }) => `# ${description}\n#${name}=${usual ?? ''}\n`)
  return [
    '# Settings of this machine. Take away the # before those you set; relayq config shows all.\n',
    ...lines,
  ].join('\n')
}
