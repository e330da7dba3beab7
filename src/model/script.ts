import { RelayError } from '../base/errors.ts'

/** The folder of a queue's repository whose scripts are jobs. */
export const scriptsFolder = 'jobs'

/** Below that folder; no part of it leads upwards, is hidden, or could be taken for an option. */
export const scriptName = /^\w[\w.+-]{0,99}(?:\/\w[\w.+-]{0,99}){0,4}$/

/** So many others are named beside the one that is not there. */
const mostNamed = 20

/** `there`: the scripts that are. */
export function missingScript(name: string, there: readonly string[]): RelayError {
  const place = `${scriptsFolder}/${name}`
  const listed = there.slice(0, mostNamed).join(', ')
  const more = there.length > mostNamed ? ', ...' : ''
  const others = there.length === 0 ? `${scriptsFolder}/ has none yet.` : `There are: ${listed}${more}.`
  return new RelayError('script_unusable', `The repository has no script ${place}.`, {
    hint: name.startsWith(`${scriptsFolder}/`)
      ? `Leave out ${scriptsFolder}/: script=${name.slice(scriptsFolder.length + 1)}. ${others}`
      : `Commit and push ${place} first. ${others}`,
  })
}
