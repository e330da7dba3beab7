import { html } from 'hono/html'
import type { HubContext } from '../context.ts'
import type { RunnerRecord, RunRecord } from '../store/records.ts'
import { formatSpan } from './duration.ts'
import { layout, type Markup } from './layout.ts'
import { pagesPath } from './session.ts'
import { stateMark } from './state.ts'
import { timeMark } from './time.ts'

/** The newest runs and the runners. Always live: a new run may appear at any time. */
export function listPage(hub: HubContext): Markup {
  const { reader } = hub.engine
  const runs = reader.listRuns({}, { page: 1, perPage: 50 }).items
  const runners = reader.listRunners({ page: 1, perPage: 100 }).items
  return layout({
    title: `${hub.repository.owner}/${hub.repository.name}`,
    refresh: true,
    body: html`<h1>${hub.repository.owner}/${hub.repository.name}</h1>
      <h2>Runners</h2>
      ${runners.length > 0 ? runnerTable(runners) : html`<p class="muted">No runner is registered.</p>`}
      <h2>Runs</h2>
      ${runs.length > 0 ? runTable(hub, runs) : html`<p class="muted">Nothing has been dispatched yet.</p>`}`,
  })
}

function runTable(hub: HubContext, runs: readonly RunRecord[]): Markup {
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">State</th><th scope="col">Run</th><th scope="col">Workflow</th><th scope="col">Started</th><th scope="col">Took</th></tr></thead>
    <tbody>${runs.map(
      run => html`<tr><td>${stateMark(run)}</td>
        <td><a href="${pagesPath(hub)}/runs/${run.id}">${run.title}</a></td>
        <td>${run.workflowName}</td>
        <td class="brief">${timeMark(run.createdAt)}</td>
        <td class="brief">${formatSpan(run.startedAt, run.status === 'completed' ? run.updatedAt : null, hub.clock())}</td></tr>`,
    )}</tbody></table></div>`
}

function runnerTable(runners: readonly RunnerRecord[]): Markup {
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">State</th><th scope="col">Runner</th><th scope="col">Labels</th><th scope="col">Version</th></tr></thead>
    <tbody>${runners.map(
      runner => html`<tr><td>${runnerState(runner)}</td><td>${runner.name}</td>
        <td>${runner.labels.join(', ')}</td><td>${runner.version}</td></tr>`,
    )}</tbody></table></div>`
}

function runnerState(runner: RunnerRecord): Markup {
  if (runner.busy) return html`<span class="state busy">busy</span>`
  return runner.online
    ? html`<span class="state success">idle</span>`
    : html`<span class="state quiet">offline</span>`
}
