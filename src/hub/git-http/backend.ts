import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { asError, systemErrorCode } from '../../base/errors.ts'
import { gitArguments, gitEnvironment } from '../repository/git-command.ts'
import { receiveOptions } from '../repository/receive-pack.ts'
import { type CgiHead, readCgiHead } from './cgi.ts'

/** What git asks for, as a web server tells a CGI program (RFC 3875). */
export interface BackendRequest {
  readonly method: 'GET' | 'POST'
  /** Below the repository: `/info/refs`, `/git-upload-pack`. */
  readonly path: string
  readonly query: string
  readonly contentType: string
  readonly contentEncoding: string
  /** The `Git-Protocol` header: `version=2`. */
  readonly protocol: string
  readonly body: Readable
}

export interface BackendAnswer extends CgiHead {
  /** Fails when git ends badly after its head. */
  readonly body: Readable
}

/** Fetches, of any commit there is (as GitHub allows: checkout asks for one by its name), and with filters. */
const settings = [
  ['http.uploadpack', 'true'],
  // Only to be told what there is: a push itself goes to the repository's writer.
  ['http.receivepack', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['uploadpack.allowFilter', 'true'],
] as const

/**
 * Hands one request to `git http-backend` on the repository at `gitPath` and streams both ways: neither a pack nor a
 * request is ever held as a whole. Rejects when git gives no answer.
 */
export async function callBackend(gitPath: string, request: BackendRequest): Promise<BackendAnswer> {
  const options = [...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]), ...receiveOptions]
  const child = spawn('git', gitArguments(gitPath, ...options, 'http-backend'), {
    env: { ...gitEnvironment(), ...cgiVariables(gitPath, request) },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const { promise: exited, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  exited.catch(() => undefined)
  pipeline(request.body, child.stdin).catch(error => {
    // git may answer without reading to the end; a request that breaks off, or is too long, ends git.
    if (systemErrorCode(error) !== 'EPIPE') child.kill('SIGKILL')
  })
  try {
    const { head, rest } = await readCgiHead(child.stdout)
    const body = Readable.from(untilExit(rest, exited))
    body.once('close', () => child.kill('SIGKILL'))
    return { ...head, body }
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`git http-backend gave no answer: ${asError(error).message}`, { cause: error })
  }
}

async function* untilExit(
  output: AsyncIterable<Buffer>,
  exited: Promise<number | null>,
): AsyncGenerator<Buffer> {
  yield* output
  const code = await exited
  if (code !== 0) throw new Error(`git http-backend ended with ${code}`)
}

function cgiVariables(gitPath: string, request: BackendRequest): Readonly<Record<string, string>> {
  return {
    GIT_PROJECT_ROOT: gitPath,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: request.path,
    REQUEST_METHOD: request.method,
    QUERY_STRING: request.query,
    CONTENT_TYPE: request.contentType,
    HTTP_CONTENT_ENCODING: request.contentEncoding,
    GIT_PROTOCOL: request.protocol,
  }
}
