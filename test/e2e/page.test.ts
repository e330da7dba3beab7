import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openBrowserPage } from '../support/browser.ts'
import { startTestFleet, until, untilLogged } from '../support/fleet.ts'

const hostileName = `<script>document.title = 'taken over'</script>`

const workflow = `
run-name: A run to look at
on:
  workflow_dispatch:
    inputs:
      gates: { required: true }
jobs:
  work:
    runs-on: [self-hosted, box]
    steps:
      - name: "${hostileName}"
        run: |
          echo "the first line"
          until [ -e "$GATES-1" ]; do sleep 0.05; done
          for n in $(seq 100); do echo "line $n of a hundred"; done
          until [ -e "$GATES-2" ]; do sleep 0.05; done
          echo "what the job made" > made.txt
        env:
          GATES: \${{ inputs.gates }}
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: { name: made, path: made.txt }
`

test('a person signs in by the link, watches a run to its end and fetches its artifact', {
  timeout: 90_000,
}, async t => {
  const fleet = await startTestFleet(t, { workflows: { 'look.yml': workflow } })
  const gates = join(fleet.folder, 'gate')
  await untilLogged(fleet, await fleet.start('look.yml', { gates }), 'the first line')
  const { page, complaints } = await openBrowserPage(t)

  await page.goto(fleet.fleet.hub.loginUrl)
  await page.getByRole('link', { name: 'A run to look at' }).click()
  await page.locator('.log', { hasText: 'the first line' }).waitFor()
  assert.match(await stateOfRun(page), /in progress/)

  // From here on the page is never loaded by hand.
  writeFileSync(`${gates}-1`, '')
  const log = page.locator('.log', { hasText: 'line 100 of a hundred' })
  await log.waitFor()
  assert.ok(await log.evaluate(isAtEnd), 'a log that grows shows its newest lines')
  writeFileSync(`${gates}-2`, '')
  await until('the page to say success', async () =>
    (await stateOfRun(page)).includes('success') ? true : null,
  )

  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'made' }).click()
  const download = await downloading
  assert.equal(download.suggestedFilename(), 'made.zip')
  assert.ok(readFileSync(await download.path()).includes('made.txt'))

  assert.equal(
    await page.locator('summary', { hasText: hostileName }).count(),
    1,
    'the name is shown as text',
  )
  assert.match(await page.title(), /^A run to look at/)
  assert.equal(await page.locator('main script').count(), 0)
  assert.deepEqual(complaints, [])
})

async function stateOfRun(page: Page): Promise<string> {
  return (await page.locator('main > p .state').textContent()) ?? ''
}

/** Runs in the browser. */
function isAtEnd(log: { scrollHeight: number; scrollTop: number; clientHeight: number }): boolean {
  return log.scrollTop > 0 && log.scrollHeight - log.scrollTop - log.clientHeight < 8
}
