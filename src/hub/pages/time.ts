import { html } from 'hono/html'
import type { Markup } from './layout.ts'

/** A moment (ISO 8601 UTC, whole seconds) for people and for machines. */
export function timeMark(moment: string): Markup {
  return html`<time datetime="${moment}">${moment.replace('T', ' ').replace('Z', ' UTC')}</time>`
}
