import { RelayError } from '../../base/errors.ts'

/** An embedded runner to start: its name and labels, as `--runner name=label,label` gives them. */
export interface RunnerSpec {
  readonly name: string
  readonly labels: readonly string[]
}

export const macMini: RunnerSpec = {
  name: 'macmini',
  labels: ['self-hosted', 'macmini', 'audio', 'ffmpeg', 'heavy'],
}

/** The machines RelayQ was made for, with their labels. */
export const defaultRunners: readonly RunnerSpec[] = [
  macMini,
  { name: 'rpi4', labels: ['self-hosted', 'rpi4', 'audio', 'light'] },
  { name: 'rpi3', labels: ['self-hosted', 'rpi3', 'overflow', 'verylight'] },
]

/** The same runners without a label that none of them can keep the promise of. */
export function withoutLabel(runners: readonly RunnerSpec[], label: string): readonly RunnerSpec[] {
  return runners.map(({ name, labels }) => ({ name, labels: labels.filter(other => other !== label) }))
}

const runnerName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Reads `name=label,label`. Every self-hosted runner has the label self-hosted, as on GitHub. Throws `usage`. */
function parseRunnerSpec(text: string): RunnerSpec {
  const [name = '', list = '', ...rest] = text.split('=')
  if (!runnerName.test(name) || rest.length > 0) {
    throw new RelayError('usage', `"${text}" is not a runner.`, {
      hint: 'Write it as name=label,label, such as macmini=audio,ffmpeg.',
    })
  }
  const labels = list.split(',').map(label => label.trim())
  return { name, labels: [...new Set(['self-hosted', ...labels.filter(label => label !== '')])] }
}

/** Reads all of them. Throws `usage` for a name given twice, which GitHub would refuse too. */
export function parseRunnerSpecs(texts: readonly string[]): readonly RunnerSpec[] {
  const runners = texts.map(parseRunnerSpec)
  for (const [index, { name }] of runners.entries()) {
    if (runners.findIndex(other => other.name.toLowerCase() === name.toLowerCase()) !== index) {
      throw new RelayError('usage', `The runner ${name} is given twice.`, { hint: 'Give each its own name.' })
    }
  }
  return runners
}
