import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { scriptPath, stylePath } from './assets.ts'

/** Text in a template is escaped; only another template is taken as markup. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

export interface LayoutOptions {
  readonly title: string
  /** True while what is shown may still change: the script fetches the page again, and so does a browser without scripts. */
  readonly refresh: boolean
  readonly body: Markup
}

export function layout({ title, refresh, body }: LayoutOptions): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · RelayQ</title>
<link rel="stylesheet" href="${stylePath}">
<script src="${scriptPath}" defer></script>
${refresh ? raw('<noscript><meta http-equiv="refresh" content="5"></noscript>') : ''}
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<main id="content" data-live="${refresh ? 'yes' : 'no'}">
${body}
</main>
</body>
</html>`
}
