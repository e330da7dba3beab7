import { asError, RelayError } from '../base/errors.ts'
import { checkConcurrency } from './parse-concurrency.ts'
import { checkDefaults, parseJob } from './parse-job.ts'
import { parsePermissions } from './parse-permissions.ts'
import { parseDispatchTrigger, parseRepositoryDispatchTrigger } from './parse-trigger.ts'
import { type ReadTemplate, readTemplate } from './read-template.ts'
import { allMembers, readMembers, sourceError, toTemplateToken } from './source.ts'
import type { JobTemplate, Workflow } from './workflow.ts'

const workflowKeys = ['name', 'run-name', 'on', 'env', 'defaults', 'permissions', 'concurrency', 'jobs']

/**
 * Reads a workflow file. Throws RelayError `invalid_workflow` with `FILE:LINE: ...` for what GitHub's grammar refuses,
 * and for every key that RelayQ does not carry out: nothing in a workflow is ignored.
 */
export async function parseWorkflow(path: string, content: string): Promise<Workflow> {
  try {
    return buildWorkflow(path, await readTemplate(path, content))
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    throw new RelayError('invalid_workflow', `${path}: ${asError(thrown).message}`, { cause: thrown })
  }
}

function buildWorkflow(path: string, { root, jobs }: ReadTemplate): Workflow {
  const members = readMembers(path, root, 'a workflow', workflowKeys)
  const on = members.get('on')
  const jobsToken = members.get('jobs')
  if (!on || !jobsToken) throw sourceError(path, root, 'a workflow needs on and jobs')
  const defaults = members.get('defaults')
  if (defaults) checkDefaults(path, defaults)
  return {
    path,
    name: members.get('name')?.toString() || path,
    runName: toTemplateToken(members.get('run-name')),
    dispatch: parseDispatchTrigger(path, on),
    repositoryDispatch: parseRepositoryDispatchTrigger(path, on),
    env: toTemplateToken(members.get('env')),
    defaults: toTemplateToken(defaults),
    permissions: parsePermissions(members.get('permissions')),
    concurrency: toTemplateToken(checkConcurrency(path, members.get('concurrency'))),
    jobs: allMembers(jobsToken, 'jobs').map(({ key, keyToken, value }): JobTemplate => {
      const converted = jobs.find(job => job.id === keyToken || job.id.value === key)
      if (!converted) throw sourceError(path, keyToken, `job '${key}' could not be read`)
      return parseJob(path, key, value, converted)
    }),
  }
}
