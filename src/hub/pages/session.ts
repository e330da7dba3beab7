import { Hono, type MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { HubContext, HubEnv } from '../context.ts'
import { layout } from './layout.ts'

/** The folder of all pages; the cookie is good for nothing else. */
export function pagesPath({ repository }: Pick<HubContext, 'repository'>): string {
  return `/${repository.owner}/${repository.name}/actions`
}

/** The path of the link that `relayq up` prints. Its code opens the pages of this hub only, and only while it runs. */
export function loginPath({ signer, instanceId }: Pick<HubContext, 'signer' | 'instanceId'>): string {
  return `/-/login?code=${signer.sign('login', instanceId)}`
}

const cookieName = 'relayq-pages'
const cookieSeconds = 30 * 24 * 3600

export function loginRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/-/login', c => {
    if (!hub.signer.verify('login', hub.instanceId, c.req.query('code') ?? ''))
      return c.html(signInPage(), 401)
    setCookie(c, cookieName, hub.signer.sign('pages', pagesPath(hub)), {
      path: pagesPath(hub),
      httpOnly: true,
      sameSite: 'Lax',
      maxAge: cookieSeconds,
    })
    return c.redirect(pagesPath(hub), 302)
  })

  return routes
}

export function requireCookie(hub: HubContext): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    if (hub.signer.verify('pages', pagesPath(hub), getCookie(c, cookieName) ?? '')) return await next()
    return c.html(signInPage(), 401)
  }
}

function signInPage() {
  return layout({
    title: 'Sign in',
    refresh: false,
    body: html`<h1>Sign in</h1>
      <p>These pages open with a link that belongs to this hub. Get it on the machine it runs on:</p>
      <pre><code>relayq up</code></pre>
      <p>It prints a sign-in link; open it in this browser, then come back here.</p>`,
  })
}
