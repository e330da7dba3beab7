import type { Node } from 'yaml'
import { parseActionRef } from '../../workflow/action-ref.ts'
import { type Finding, manualMend, problem, unseen, warning } from '../doctor/finding.ts'
import { findSplices } from './spliced-expressions.ts'
import { textOf, YamlFile } from './yaml-file.ts'

const name = 'workflows'

/**
 * What is dangerous in a workflow, or in an `action.yml`. It is read as YAML and not by GitHub's grammar, so that a file
 * with something in it that the grammar at hand does not know is looked at, too. Pure.
 */
export function auditWorkflowFile(path: string, text: string): readonly Finding[] {
  const file = YamlFile.read(path, text)
  if (file === null) return [unseen(name, 'it is no YAML that can be read', { where: path })]
  const jobs = file.members(file.member(file.root, 'jobs')).map(([, job]) => job)
  const steps = [
    ...jobs.flatMap(job => file.items(file.member(job, 'steps'))),
    ...file.items(file.member(file.member(file.root, 'runs'), 'steps')),
  ]
  return [
    ...(jobs.length > 0 ? [...auditEvents(file, jobs), ...auditPermissions(file, jobs, text)] : []),
    ...[...jobs, ...steps].flatMap(node => auditPin(file, file.member(node, 'uses'))),
    ...steps.flatMap(step => auditScripts(file, step)),
  ]
}

/** Caused by people who may not write to the repository, with its secrets at hand. */
const outsiders = ['issue_comment', 'issues', 'discussion', 'discussion_comment', 'fork', 'watch', 'gollum']
/** They run what a branch of somebody else says. */
const proposals = ['pull_request', 'pull_request_review', 'pull_request_review_comment', 'workflow_run']

function auditEvents(file: YamlFile, jobs: readonly (Node | null)[]): readonly Finding[] {
  const onOwnMachines = jobs.some(job => !isHosted(file, job))
  return eventsOf(file).flatMap(({ event, node }) => {
    const what = `${event} starts it`
    const details = { where: file.at(node), mend: manualMend(`# take ${event} out of ${file.path}`) }
    if (event === 'pull_request_target') {
      const why = 'anyone who may open a pull request starts it, with your secrets and a token that may write'
      return [problem(name, what, { ...details, why })]
    }
    if (!onOwnMachines) return []
    if (outsiders.includes(event)) {
      const why = 'people who may not write to the repository start jobs on your machines'
      return [problem(name, what, { ...details, why })]
    }
    if (!proposals.includes(event)) return []
    const why = 'code that nobody has accepted yet runs on your machines'
    return [warning(name, what, { ...details, why })]
  })
}

function eventsOf(file: YamlFile): readonly { readonly event: string; readonly node: Node | null }[] {
  const on = file.member(file.root, 'on')
  const single = textOf(on)
  if (single !== null) return [{ event: single, node: on }]
  const listed = file.items(on).map(node => ({ event: textOf(node) ?? '', node }))
  return [...listed, ...file.members(on).map(([event, node]) => ({ event, node: node?.range ? node : on }))]
}

/** A machine of GitHub's own, which is thrown away after the job. */
function isHosted(file: YamlFile, job: Node | null): boolean {
  return /^(ubuntu|windows|macos)-[\w.-]+$/.test(textOf(file.member(job, 'runs-on')) ?? '')
}

/** The one scope in which jobs of RelayQ write: files sent along lie in draft releases, unseen without it. */
const neededWrite = 'contents'

function auditPermissions(file: YamlFile, jobs: readonly (Node | null)[], text: string): readonly Finding[] {
  const declared = [file.root, ...jobs].flatMap(node => file.member(node, 'permissions') ?? [])
  const isSilent =
    file.member(file.root, 'permissions') === null &&
    jobs.some(job => file.member(job, 'permissions') === null)
  const silence = warning(name, 'it does not say what its token may do', {
    why: 'the token gets whatever the repository gives by default, perhaps write access to everything',
    where: file.path,
    mend: manualMend(`# write into ${file.path}: permissions: {contents: read}`),
  })
  return [...(isSilent ? [silence] : []), ...declared.flatMap(node => auditGrant(file, node, text))]
}

function auditGrant(file: YamlFile, node: Node, text: string): readonly Finding[] {
  const where = file.at(node)
  if (textOf(node) === 'write-all') {
    const why = 'a job that goes wrong can change everything in the repository, its workflows included'
    const mend = manualMend(`# name at ${where} only what its jobs need, such as contents: read`)
    return [problem(name, 'its token may write everything', { why, where, mend })]
  }
  if (!text.includes('relayq run-job')) return []
  return file
    .members(node)
    .filter(([scope, level]) => textOf(level) === 'write' && scope !== neededWrite)
    .map(([scope, level]) =>
      warning(name, `its token may write ${scope}`, {
        why: 'jobs of RelayQ do not need it, and a job that goes wrong could use it',
        where: file.at(level),
        mend: manualMend(`# take ${scope}: write out of ${file.path}`),
      }),
    )
}

/** GitHub's hash of a commit, in SHA-1 or SHA-256. */
const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

function auditPin(file: YamlFile, uses: Node | null): readonly Finding[] {
  const written = textOf(uses)
  if (written === null) return []
  const why = 'whoever can move that name decides what runs on your machines'
  const where = file.at(uses)
  const action = parseActionRef(written)
  if (action?.kind === 'docker') {
    if (/@sha256:[0-9a-f]{64}$/.test(action.image)) return []
    const mend = manualMend(`docker buildx imagetools inspect ${action.image}`)
    return [problem(name, `the image ${action.image} is not pinned to a digest`, { why, where, mend })]
  }
  if (action?.kind !== 'repository' || commitPattern.test(action.ref)) return []
  const { name: repository, ref } = action
  const mend = manualMend(`gh api repos/${repository}/commits/${ref} --jq .sha`)
  return [problem(name, `${repository}@${ref} is not pinned to a commit`, { why, where, mend })]
}

/** Where a step holds text that a shell, or JavaScript, runs. */
function auditScripts(file: YamlFile, step: Node | null): readonly Finding[] {
  const runsScript = textOf(file.member(step, 'uses'))?.startsWith('actions/github-script@') === true
  const scripts = [
    file.member(step, 'run'),
    ...(runsScript ? [file.member(file.member(step, 'with'), 'script')] : []),
  ]
  return scripts.flatMap(script => auditScript(file, script))
}

function auditScript(file: YamlFile, script: Node | null): readonly Finding[] {
  const text = textOf(script) ?? ''
  return findSplices(text).map(({ expression, kind, index }) => {
    const earlier = text.slice(0, index).split('${{').length - 1
    return problem(name, `\${{ ${expression} }} stands in a script`, {
      why:
        kind === 'outsider'
          ? 'whoever starts the job writes commands by it, which run on your machine'
          : 'the secret is written into a file, and a quote in it becomes a command',
      where: file.at(script, earlier, '${{'),
      mend: manualMend(`# in that step: env: {VALUE: \${{ ${expression} }}}, and "$VALUE" in the script`),
    })
  })
}
