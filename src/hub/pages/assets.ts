import { Hono } from 'hono'
import type { HubEnv } from '../context.ts'

export const stylePath = '/-/pages.css'
export const scriptPath = '/-/pages.js'

/** The stylesheet and the script: the same for everybody, so they need no cookie. */
export function assetRoutes(): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()
  const cache = { 'Cache-Control': 'max-age=300', 'X-Content-Type-Options': 'nosniff' }
  routes.get(stylePath, c => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8', ...cache }))
  routes.get(scriptPath, c =>
    c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8', ...cache }),
  )
  return routes
}

const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1f2328, #e6edf3);
  --muted: light-dark(#59636e, #9198a1);
  --ground: light-dark(#ffffff, #0d1117);
  --panel: light-dark(#f6f8fa, #151b23);
  --line: light-dark(#d1d9e0, #3d444d);
  --link: light-dark(#0969da, #4493f8);
  --good: light-dark(#1a7f37, #3fb950);
  --bad: light-dark(#cf222e, #f85149);
  --busy: light-dark(#9a6700, #d29922);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0; overflow-wrap: anywhere }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem }
a { color: var(--link) }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -99rem }
.skip:focus { left: 1rem; top: 1rem }
.muted, time { color: var(--muted) }
.state { font-weight: 600; white-space: nowrap }
.state::before { content: "\\25CB\\00A0" }
.success { color: var(--good) } .success::before { content: "\\2713\\00A0" }
.failure { color: var(--bad) } .failure::before { content: "\\2717\\00A0" }
.busy { color: var(--busy) } .busy::before { content: "\\25CF\\00A0" }
.quiet { color: var(--muted) }
.panel { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; overflow: hidden }
.panel > header { background: var(--panel); padding: .6rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline }
.panel > header h3 { margin: 0; font-size: 1rem; flex: 1 1 auto; overflow-wrap: anywhere }
details, .row { border-top: 1px solid var(--line); padding: .4rem 1rem }
summary { cursor: pointer }
.took { float: right; color: var(--muted); font-variant-numeric: tabular-nums }
pre { margin: .5rem 0; padding: .75rem; overflow-x: auto; background: var(--panel); border-radius: .375rem;
  font: .8125rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 40rem }
.note { border-left: .25rem solid var(--busy); padding: .25rem .75rem; margin: .5rem 1rem; overflow-wrap: anywhere }
.note.failure { border-color: var(--bad); color: inherit }
.note::before { content: none }
.wide { overflow-x: auto }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
`

/** Fetches the page again every two seconds while its content says it may change, and keeps open what was open. */
const script = `
const content = () => document.getElementById('content')
const opened = root => new Map([...root.querySelectorAll('details')].map(d => [d.id, d.open]))
async function refresh() {
  if (content().dataset.live !== 'yes') return
  try {
    const answer = await fetch(location.href, { credentials: 'same-origin' })
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = next.getElementById('content')
      const before = opened(content())
      for (const d of fresh.querySelectorAll('details')) if (before.has(d.id)) d.open = before.get(d.id)
      const focused = document.activeElement && document.activeElement.closest('details')
      content().replaceWith(fresh)
      document.title = next.title
      if (focused) document.getElementById(focused.id)?.querySelector('summary')?.focus({ preventScroll: true })
    }
  } catch {}
  setTimeout(refresh, 2000)
}
setTimeout(refresh, 2000)
`
