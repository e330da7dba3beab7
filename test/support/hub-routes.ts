import { createApp } from '../../src/hub/app.ts'
import { openHub } from '../../src/hub/hub.ts'
import { testHubOptions } from './running-hub.ts'

export interface HubRoute {
  readonly method: string
  /** With its parameters: `/api/v3/repos/:owner/:repo/actions/runs/:run`. */
  readonly path: string
}

/** What the hub's own router knows; middleware has the method ALL. */
export async function routesOfHub(): Promise<readonly HubRoute[]> {
  const undo: (() => unknown)[] = []
  const { options } = testHubOptions({ after: action => undo.unshift(action) })
  await using resources = new AsyncDisposableStack()
  resources.defer(async () => {
    for (const action of undo) await action()
  })
  const hub = await openHub(options, resources, () => ({ base: '', api: '', server: '' }))
  return createApp(hub).routes.map(({ method, path }) => ({ method, path }))
}
