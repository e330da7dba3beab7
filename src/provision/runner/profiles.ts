import { RelayError } from '../../base/errors.ts'

/** What a kind of machine is given. The labels are those that the shipped policy and workflows name. */
export interface Profile {
  readonly name: string
  readonly labels: readonly string[]
  /** Most of the RAM that runner and jobs together may take, in percent, so that the machine itself stays reachable. */
  readonly memoryPercent: number | null
  /** Of runner and jobs; higher runs later. */
  readonly nice: number
}

const profiles: readonly Profile[] = [
  { name: 'macmini', labels: ['macmini', 'audio', 'ffmpeg', 'heavy'], memoryPercent: null, nice: 0 },
  { name: 'rpi4', labels: ['rpi4', 'audio', 'light'], memoryPercent: 85, nice: 5 },
  { name: 'rpi3', labels: ['rpi3', 'overflow', 'verylight'], memoryPercent: 80, nice: 10 },
  { name: 'linux', labels: ['audio'], memoryPercent: 85, nice: 5 },
  { name: 'custom', labels: [], memoryPercent: null, nice: 0 },
]

export const profileNames: readonly string[] = profiles.map(({ name }) => name)

/** Throws `usage`. */
export function requireProfile(name: string): Profile {
  const found = profiles.find(profile => profile.name === name)
  if (found !== undefined) return found
  throw new RelayError('usage', `There is no profile ${JSON.stringify(name)}.`, {
    hint: `Profiles: ${profileNames.join(', ')}.`,
  })
}

/** Labels that say what a machine can do, and that a policy looks at: `ffmpeg`. All else machines report by themselves. */
export function labelsOf(
  profile: Profile,
  own: readonly string[],
  found: { readonly ffmpeg: boolean },
): readonly string[] {
  const all = [...profile.labels, ...own, ...(found.ffmpeg ? ['ffmpeg'] : [])]
  return all.filter(
    (label, index) => all.findIndex(each => each.toLowerCase() === label.toLowerCase()) === index,
  )
}

/** GitHub's limit for one label; a comma would end it. Throws `usage`. */
export function requireLabels(labels: readonly string[]): readonly string[] {
  for (const label of labels) {
    if (/^[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}$/.test(label)) continue
    throw new RelayError('usage', `${JSON.stringify(label)} cannot be a label.`, {
      hint: 'Use letters, digits, dots, dashes and underscores: --labels gpu,fast',
    })
  }
  return labels
}
