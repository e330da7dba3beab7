import type { TestContext } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { findProgram } from '../../src/base/find-program.ts'

/** Where a Mac keeps the Chrome that somebody installed by hand. */
const macChrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** No sandbox: tests may run as root, where Chromium's does not work, and they open nothing but our own pages. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']

/** A page of a headless Chromium; what the page complains of is collected. */
export async function openBrowserPage(
  t: TestContext,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const chromiumPath = await findProgram(['chromium', 'chromium-browser'], process.env['PATH'], [])
  const browser = await chromium.launch({ args, executablePath: chromiumPath ?? macChrome })
  t.after(() => browser.close())
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => complaints.push(message.text()))
  return { page, complaints }
}
