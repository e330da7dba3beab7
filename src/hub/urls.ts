import { isIP } from 'node:net'
import type { HubUrls } from './scheduler/engine.ts'

/**
 * Where a hub is reached. On loopback `github.server_url` needs a name in `.localhost`: GitHub's own JavaScript actions
 * take any other for an old GHES and refuse to work (docs/protocol.md, "Server name").
 */
export function hubUrls(
  options: { readonly host: string; readonly publicUrl?: string },
  port: number,
): HubUrls {
  const base = options.publicUrl?.replace(/\/+$/, '') ?? `http://${reachable(options.host)}:${port}`
  const server = options.publicUrl === undefined ? `http://github.localhost:${port}` : base
  return { base, server, api: `${base}/api/v3` }
}

/** "Every address" is no address to call; loopback is always among them. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return '127.0.0.1'
  return isIP(host) === 6 ? `[${host}]` : host
}

/** A request's path as api.github.com has it: GHES serves the same below `/api/v3`. */
export function restPath(path: string): string {
  return path.replace(/^\/api\/v3(?=\/|$)/, '') || '/'
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
