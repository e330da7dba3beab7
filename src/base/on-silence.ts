import type { Millis } from './clock.ts'

/** Tells once of each silence that lasts so long, from the first `broken` on until `end`; the process may end meanwhile. */
export function onSilence(
  ms: Millis,
  tell: () => void,
): { readonly broken: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | null = null
  return {
    broken: () => {
      // Thousands of pieces arrive in a second: a timer that is there only begins anew.
      timer = timer?.refresh() ?? setTimeout(tell, ms).unref()
    },
    end: () => {
      clearTimeout(timer ?? undefined)
      timer = null
    },
  }
}
