import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface YoungRepository {
  /** In the hub's place. */
  readonly apiUrl: string
  /** The bodies of the requests that made it, with their paths. */
  readonly made: readonly { readonly path: string; readonly body: Record<string, unknown> }[]
}

/**
 * A GitHub on which octo/queue is not there until it is made; from then on it is the hub's, which can make none itself.
 * For anybody but `octo` the owner is an organisation, whose runners its tokens may not see.
 */
export async function standBefore(
  t: TestContext,
  hubApiUrl: string,
  login: string,
): Promise<YoungRepository> {
  const made: { path: string; body: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const path = (request.url ?? '').replace(/^\/api\/v3/, '')
    const answer = (status: number, value: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const isCreation = request.method === 'POST' && /^\/(user|orgs\/octo)\/repos$/.test(path)
    if (isCreation) made.push({ path, body: JSON.parse(body) })
    if (path.startsWith('/repos/') && made.length === 0) return answer(404, { message: 'Not Found' })
    if (path.startsWith('/orgs/octo/actions/runners'))
      return answer(403, { message: 'Resource not accessible' })
    const onward = isCreation ? '/repos/octo/queue' : path
    const method = isCreation ? 'GET' : (request.method ?? 'GET')
    const passed = await fetch(`${hubApiUrl}${onward}`, {
      method,
      headers: { authorization: request.headers.authorization ?? '' },
      ...(method === 'GET' ? {} : { body }),
    })
    const said = await passed.text()
    if (path === '/user') return answer(passed.status, { ...JSON.parse(said), login })
    if (onward === '/repos/octo/queue') {
      const repository = JSON.parse(said)
      repository.owner.type = login === 'octo' ? 'User' : 'Organization'
      return answer(isCreation ? 201 : passed.status, repository)
    }
    const type = { 'content-type': passed.headers.get('content-type') ?? 'text/plain' }
    return response.writeHead(passed.status, type).end(said)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`, made }
}
