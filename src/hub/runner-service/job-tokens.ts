import { isJsonObject, parseJson } from '../../base/json.ts'
import type { Signer } from '../signing.ts'
import type { Database } from '../store/database.ts'
import { findJob, findJobByBackendId, type StoredJob } from '../store/jobs.ts'

/** Both tokens of a job follow from its row and the hub's key: nothing is stored, and asking twice gives the same. */
export interface JobTokens {
  /**
   * Three-part JWT, as the runner and the toolkit want it: `ACTIONS_RUNTIME_TOKEN` (docs/protocol.md, "Job tokens").
   */
  runtimeToken(job: StoredJob, facts: TokenFacts): string
  /** `GITHUB_TOKEN`: opaque. */
  githubToken(job: StoredJob): string
  /** Both, and the form in which git is given one: what must not be shown in a log. */
  secrets(job: StoredJob, facts: TokenFacts): readonly string[]
  checkRuntimeToken(token: string): TokenCheck
  checkGithubToken(token: string): TokenCheck
}

interface TokenFacts {
  readonly planId: string
  readonly ref: string
}

type TokenCheck =
  | { readonly kind: 'running'; readonly job: StoredJob }
  /** It was good until its job ended. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'invalid' }

const runtimePurpose = 'job runtime token'
const githubPurpose = 'job github token'
const githubPattern = /^rqj_(\d{1,15})_([\w-]{43})$/
const scopePattern = /^Actions\.Results:[\w-]+:([\w-]+)$/

/** What a token may outlive its job's time limit by: a cancelled worker still reports. */
const expirySlackSeconds = 3600

export function createJobTokens(db: Database, signer: Signer): JobTokens {
  const githubToken = (job: StoredJob): string => `rqj_${job.id}_${signer.sign(githubPurpose, job.backendId)}`
  const runtimeToken: JobTokens['runtimeToken'] = (job, { planId, ref }) => {
    const issued = Math.floor((job.startedMs ?? 0) / 1000)
    const claims = {
      scp: `Actions.Results:${planId}:${job.backendId}`,
      ac: JSON.stringify([{ Scope: ref, Permission: 3 }]),
      orch_id: `${planId}.${job.key}`,
      iat: issued,
      exp: issued + Math.ceil(job.timeoutMinutes * 60) + expirySlackSeconds,
    }
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
    return `${signed}.${signer.sign(runtimePurpose, signed)}`
  }
  return {
    runtimeToken,
    githubToken,
    secrets(job, facts) {
      const github = githubToken(job)
      return [runtimeToken(job, facts), github, Buffer.from(`x-access-token:${github}`).toString('base64')]
    },
    checkRuntimeToken(token) {
      const [header = '', payload = '', signature = ''] = token.split('.')
      if (!signer.verify(runtimePurpose, `${header}.${payload}`, signature)) return { kind: 'invalid' }
      return checkJob(findJobByBackendId(db, jobIdOfClaims(payload)))
    },
    checkGithubToken(token) {
      const [, id = '', signature = ''] = githubPattern.exec(token) ?? []
      const job = findJob(db, Number(id))
      if (!job || !signer.verify(githubPurpose, job.backendId, signature)) return { kind: 'invalid' }
      return checkJob(job)
    },
  }
}

function checkJob(job: StoredJob | null): TokenCheck {
  if (!job) return { kind: 'invalid' }
  return job.status === 'in_progress' ? { kind: 'running', job } : { kind: 'ended' }
}

function jobIdOfClaims(payload: string): string {
  const claims = parseJson(Buffer.from(payload, 'base64url').toString())
  const scope = isJsonObject(claims) ? String(claims['scp']) : ''
  return scopePattern.exec(scope)?.[1] ?? ''
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
