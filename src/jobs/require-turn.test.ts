import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import type { JobContext, NodeConfig } from './context.ts'
import { requireTurn } from './require-turn.ts'

const patience = { attempts: 3, firstDelayMs: 1, limitMs: 10_000 }

/** A GitHub that knows these runs, after it was in trouble `failures` times; and a step of run 10 that may ask it. */
async function step(t: TestContext, runs: readonly object[], failures = 0, status = 500) {
  const asked: string[] = []
  const GITHUB_API_URL = await serveOnLoopback(t, (request, response) => {
    asked.push(`${request.headers.authorization} ${request.url}`)
    if (asked.length > failures) response.end(JSON.stringify({ workflow_runs: runs }))
    else response.writeHead(status).end('{"message":"Not now"}')
  })
  const env = {
    GITHUB_API_URL,
    GITHUB_REPOSITORY: 'octo/queue',
    GITHUB_RUN_ID: '10',
    GITHUB_WORKFLOW_REF: 'octo/queue/.github/workflows/transcribe_audio.yml@refs/heads/main',
    RELAYQ_ID: 'jx.2',
    RELAYQ_IGNORE_RUNS: '',
    RELAYQ_TOKEN: 'ghs_step',
  }
  const lines: string[] = []
  const ask = (change: Readonly<Record<string, string>> = {}, signal = new AbortController().signal) => {
    const print = (line: string) => lines.push(line)
    const context: JobContext = {
      env: { ...env, ...change },
      config: {} as NodeConfig,
      signal,
      print,
      clock: Date.now,
    }
    return requireTurn(context, patience)
  }
  return { ask, asked, lines }
}

function run(id: number, attempt: string, status: string, conclusion: string | null = null): object {
  return {
    id,
    display_title: `Transcribe audio [${attempt}]`,
    status,
    conclusion,
    html_url: `https://github.com/octo/queue/actions/runs/${id}`,
    path: '.github/workflows/transcribe_audio.yml',
    created_at: '2026-11-25T12:00:00Z',
    updated_at: '2026-11-25T12:00:00Z',
  }
}

test('a run asks with the token of its step for the dispatched runs of its own workflow', async t => {
  const { ask, asked, lines } = await step(t, [run(10, 'jx.2', 'in_progress'), run(9, 'jy.1', 'in_progress')])
  await ask()
  assert.equal(asked.length, 1)
  assert.match(
    asked[0] ?? '',
    /ghs_step \/repos\/octo\/queue\/actions\/workflows\/transcribe_audio\.yml\/runs/,
  )
  assert.match(asked[0] ?? '', /event=workflow_dispatch/)
  assert.deepEqual(lines, [])
})

test('a run whose job another has done or is doing is told which, and where to look', async t => {
  const { ask } = await step(t, [run(9, 'jx.2', 'in_progress'), run(7, 'jx.1', 'completed', 'success')])
  await assert.rejects(ask(), {
    code: 'superseded',
    message: 'Superseded by run 7: it has done this job.',
    hint: 'See https://github.com/octo/queue/actions/runs/7',
    exitCode: 3,
  })
  await assert.rejects(ask({ RELAYQ_IGNORE_RUNS: '5, 7' }), { message: /run 9: it is doing this job/ })
  await ask({ RELAYQ_IGNORE_RUNS: '7,9' })
})

test('a plain dispatch, a job started by hand and a workflow without a token ask nobody', async t => {
  const { ask, asked } = await step(t, [run(9, 'jx.2', 'completed', 'success')])
  await ask({ RELAYQ_ID: '' })
  await ask({ RELAYQ_ID: 'd4k2' })
  await ask({ GITHUB_RUN_ID: '' })
  await ask({ GITHUB_API_URL: '' })
  await ask({ RELAYQ_TOKEN: '' })
  assert.deepEqual(asked, [])
})

test('a GitHub in passing trouble is asked again', async t => {
  const { ask, asked } = await step(t, [run(9, 'jx.2', 'in_progress')], 2)
  await assert.rejects(ask(), { code: 'superseded' })
  assert.equal(asked.length, 3)
})

test('where GitHub cannot be asked the work begins with a warning, unless a run was given up', async t => {
  for (const status of [500, 403]) {
    const { ask, lines } = await step(t, [], 99, status)
    await ask()
    assert.match(lines.join('\n'), /^relayq: warning: It is not known whether another run .*Not now\.$/)
    await assert.rejects(ask({ RELAYQ_IGNORE_RUNS: '7' }), { code: 'broker_unavailable', exitCode: 75 })
  }
})

test('a cancelled job does not wait for an answer', async t => {
  const controller = new AbortController()
  const GITHUB_API_URL = await serveOnLoopback(t, (_, response) => {
    response.write(' ')
    controller.abort(new Error('cancelled'))
  })
  const { ask } = await step(t, [])
  await assert.rejects(ask({ GITHUB_API_URL, RELAYQ_IGNORE_RUNS: '7' }, controller.signal), {
    message: 'cancelled',
  })
})

test('a list of given up runs that is none is refused', async t => {
  const { ask, asked } = await step(t, [])
  for (const list of ['seven', '7;8', '-7', '7.5'])
    await assert.rejects(ask({ RELAYQ_IGNORE_RUNS: list }), { code: 'invalid_input' })
  assert.deepEqual(asked, [])
})

test('of a workflow with very many runs only the newest are looked at', async t => {
  const asked: string[] = []
  const GITHUB_API_URL = await serveOnLoopback(t, (request, response) => {
    asked.push(request.url ?? '')
    const next = `http://${request.headers.host}/next?page=${asked.length + 1}`
    response.setHeader('link', `<${next}>; rel="next"`)
    const page = Array.from({ length: 100 }, (_, index) => run(1000 + index, 'jy.1', 'queued'))
    response.end(JSON.stringify({ workflow_runs: page }))
  })
  const { ask } = await step(t, [])
  await ask({ GITHUB_API_URL })
  assert.equal(asked.length, 5)
})
