import { html } from 'hono/html'
import type { Conclusion, RunStatus } from '../../model/run.ts'
import type { Markup } from './layout.ts'

/** A state in words, with a colour and a sign that the stylesheet adds: never the colour alone. */
export function stateMark({
  status,
  conclusion,
}: {
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
}): Markup {
  const word = (conclusion ?? status).replaceAll('_', ' ')
  return html`<span class="state ${tone(status, conclusion)}">${word}</span>`
}

function tone(status: RunStatus, conclusion: Conclusion | null): string {
  if (conclusion === 'success') return 'success'
  if (conclusion === 'failure' || conclusion === 'timed_out' || conclusion === 'startup_failure')
    return 'failure'
  return status === 'in_progress' ? 'busy' : 'quiet'
}
