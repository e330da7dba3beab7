import type { Check } from '../check.ts'
import { manualMend, ok, problem } from '../finding.ts'
import type { RepositorySource } from './repository-source.ts'

const name = 'ref'

/** Whether a branch or tag of that name is there; null: the default branch is used. */
export function refCheck(source: RepositorySource, ref: string | null): Check {
  return {
    name,
    timeoutMs: 10_000,
    look: async () => {
      if (ref === null) return []
      const short = ref.replace(/^refs\/(heads|tags)\//, '')
      const path = short.split('/').map(encodeURIComponent).join('/')
      const found = await Promise.all(['heads', 'tags'].map(kind => source.read(`/git/ref/${kind}/${path}`)))
      if (found.some(answer => answer !== null)) return [ok(name, `${short} is there`)]
      return [
        problem(name, `there is no branch or tag ${JSON.stringify(short)} in ${source.name}`, {
          why: 'jobs are dispatched at it (RELAYQ_REF): GitHub refuses each of them',
          mend: manualMend(`git push origin HEAD:refs/heads/${short}`),
        }),
      ]
    },
  }
}
