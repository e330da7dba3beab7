import { RelayError } from '../base/errors.ts'
import { listed } from '../base/listed.ts'

/** The folder of a queue's repository whose scripts are jobs. */
export const scriptsFolder = 'jobs'

/** Below that folder; no part of it leads upwards, is hidden, or could be taken for an option. */
export const scriptName = /^\w[\w.+-]{0,99}(?:\/\w[\w.+-]{0,99}){0,4}$/

/** So many others are named beside the one that is not there. */
const mostNamed = 20

/** Where a script is that the repository does not have: in the checkout alone; null: not there either. */
export type Unshared = 'not_committed' | 'not_pushed' | null

const unsharedInWords = {
  not_committed: ': it lies here, but is not committed',
  not_pushed: ': it is committed here, but not pushed',
} as const

/** `there`: the scripts that are. */
export function missingScript(name: string, there: readonly string[], unshared: Unshared = null): RelayError {
  const place = `${scriptsFolder}/${name}`
  const others =
    there.length === 0 ? `${scriptsFolder}/ has none yet.` : `There are: ${listed(there, mostNamed)}.`
  const why = unshared === null ? '' : unsharedInWords[unshared]
  return new RelayError('script_unusable', `The repository has no script ${place}${why}.`, {
    hint: name.startsWith(`${scriptsFolder}/`)
      ? `Leave out ${scriptsFolder}/: script=${name.slice(scriptsFolder.length + 1)}. ${others}`
      : `${unshared === 'not_pushed' ? 'Push it' : `Commit and push ${place}`} first. ${others}`,
  })
}
