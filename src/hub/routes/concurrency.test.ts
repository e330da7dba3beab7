import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoWorkflow, type HubFixture, startTestHub } from '../../../test/support/running-hub.ts'

const groupName = 'Machines/one & only'
const files = {
  '.github/workflows/echo.yml': echoWorkflow.replace(
    'jobs:',
    `concurrency: { group: ${groupName}, queue: max }\njobs:`,
  ),
}

type Members = readonly { readonly run_id: number; readonly status: string; readonly position?: number }[]

async function members(hub: HubFixture, query = ''): Promise<readonly (readonly [number, string])[]> {
  const path = `/actions/concurrency_groups/${encodeURIComponent(groupName.toLowerCase())}${query}`
  const { body } = await hub.json(path)
  return (body as { group_members: Members }).group_members.map(({ run_id, status }) => [run_id, status])
}

test('A group shows who holds it and who waits, in order, and who is ahead of a run', async t => {
  const hub = await startTestHub(t, files)
  const [first, second, third] = [
    await hub.startEcho('1'),
    await hub.startEcho('2'),
    await hub.startEcho('3'),
  ]
  const all = [
    [first, 'in_progress'],
    [second, 'pending'],
    [third, 'pending'],
  ]
  assert.deepEqual(await members(hub), all)
  assert.deepEqual(await members(hub, `?ahead_of_run=${second}`), all.slice(0, 2))

  const { body } = await hub.json(`/actions/runs/${third}/concurrency_groups`)
  const [group] = (body as { concurrency_groups: { group_name: string; group_members: Members }[] })
    .concurrency_groups
  assert.equal(group?.group_name, groupName)
  assert.deepEqual(
    group?.group_members.map(({ position }) => position),
    [2],
  )

  await hub.request(`/actions/runs/${first}/cancel`, { method: 'POST' })
  assert.deepEqual(await members(hub), [
    [second, 'in_progress'],
    [third, 'pending'],
  ])
  const ended = await hub.json(`/actions/runs/${first}/concurrency_groups`)
  assert.match(JSON.stringify(ended.body), /"group_members":\[\]/)
})

test('Groups are listed a page at a time, by a cursor', async t => {
  const hub = await startTestHub(t, {
    '.github/workflows/echo.yml': echoWorkflow
      .replace('jobs:', `concurrency: \${{ inputs.text }}\njobs:`)
      .replace('    steps:', '    concurrency: machine\n    steps:'),
  })
  const run = await hub.startEcho('b')
  await hub.startEcho('a')
  assert.deepEqual(await pages(hub, '/actions/concurrency_groups?per_page=2'), [['a', 'b'], ['machine']])
  const ofRun = `/actions/runs/${run}/concurrency_groups`
  assert.deepEqual(await pages(hub, `${ofRun}?per_page=1`), [['b'], ['machine']])
  const end = Buffer.from('z').toString('base64url')
  assert.deepEqual(await pages(hub, `${ofRun}?per_page=1&before=${end}`), [['machine'], ['b']])
})

/** The names on each page, as its `Link` leads to the next. */
async function pages(hub: HubFixture, first: string): Promise<readonly (readonly string[])[]> {
  const found: string[][] = []
  for (let path: string | undefined = first; path; ) {
    const answer: Response = await hub.request(path)
    const body = (await answer.json()) as { concurrency_groups: { group_name: string }[] }
    found.push(body.concurrency_groups.map(group => group.group_name))
    path = /\/repos\/octo\/queue([^>]*)>; rel="(next|prev)"/.exec(answer.headers.get('Link') ?? '')?.[1]
  }
  return found
}
