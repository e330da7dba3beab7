import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { HubEnv } from '../context.ts'

export const stylePath = '/-/pages.css'
export const scriptPath = '/-/pages.js'

/** The stylesheet and the script: the same for everybody, so they need no cookie. */
export function assetRoutes(): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()
  const style = readAsset('pages.css')
  const script = readAsset('pages.js')
  const cache = { 'Cache-Control': 'max-age=300', 'X-Content-Type-Options': 'nosniff' }
  routes.get(stylePath, c => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8', ...cache }))
  routes.get(scriptPath, c =>
    c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8', ...cache }),
  )
  return routes
}

function readAsset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8')
}
