import { html } from 'hono/html'
import type { Annotation } from '../../model/run.ts'
import type { HubContext } from '../context.ts'
import { allItems } from '../pagination.ts'
import { isExpired } from '../present/artifact.ts'
import type { ArtifactRecord, JobRecord, RunRecord, StepRecord } from '../store/records.ts'
import { formatSpan } from './duration.ts'
import { layout, type Markup } from './layout.ts'
import { readLogTail } from './log-text.ts'
import { pagesPath } from './session.ts'
import { stateMark } from './state.ts'
import { timeMark } from './time.ts'

/** A matrix has up to 256 jobs: beyond this the logs are only linked, so that a page stays a page. */
const maxLogCharacters = 2 * 1024 * 1024

/** What a job said beside its log is named as its commands are: `::error::`. */
const levelNames: Readonly<Record<Annotation['level'], string>> = {
  failure: 'Error',
  warning: 'Warning',
  notice: 'Notice',
}

/** What is left of it while a page is written. */
interface LogRoom {
  characters: number
}

/** One attempt of a run: state, jobs, steps with their logs, summaries, artifacts. */
export async function runPage(hub: HubContext, run: RunRecord): Promise<Markup> {
  const { reader } = hub.engine
  const jobs = allItems(page => reader.listJobs(run.id, page, run.runAttempt))
  const room: LogRoom = { characters: maxLogCharacters }
  const sections: Markup[] = []
  for (const job of jobs) sections.push(await jobSection(hub, job, room))
  const artifacts = allItems(page => reader.listArtifacts({ runId: run.id }, page))
  return layout({
    title: `${run.title} · run ${run.id}`,
    refresh: run.status !== 'completed',
    body: html`${runHeader(hub, run)}
      <h2>Jobs</h2>
      ${sections.length > 0 ? sections : html`<p class="muted">No job has been planned yet.</p>`}
      <h2>Artifacts</h2>
      ${artifactList(hub, run, artifacts)}`,
  })
}

function runHeader(hub: HubContext, run: RunRecord): Markup {
  const ended = run.status === 'completed' ? run.updatedAt : null
  return html`<nav aria-label="Breadcrumb"><a href="${pagesPath(hub)}">All runs</a></nav>
    <h1>${run.title}</h1>
    <p>${stateMark(run)} <span class="muted">· ${run.workflowName} #${run.runNumber}
      · ${run.headBranch} ${run.headSha.slice(0, 7)}
      · started ${timeMark(run.startedAt)}
      · ${formatSpan(run.startedAt, ended, hub.clock())}</span></p>
    ${attemptLinks(hub, run)}`
}

/** Nothing for a run that was never run again. */
function attemptLinks(hub: HubContext, run: RunRecord): Markup | string {
  const newest = hub.engine.reader.getRun(run.id)?.runAttempt ?? 1
  if (newest === 1) return ''
  const attempts = Array.from({ length: newest }, (_, index) => index + 1)
  const path = `${pagesPath(hub)}/runs/${run.id}`
  return html`<nav aria-label="Attempts" class="muted">Attempts: ${attempts.map(attempt =>
    attempt === run.runAttempt
      ? html`<strong aria-current="page">${attempt}</strong> `
      : html`<a href="${attempt === newest ? path : `${path}/attempts/${attempt}`}">${attempt}</a> `,
  )}</nav>`
}

async function jobSection(hub: HubContext, job: JobRecord, room: LogRoom): Promise<Markup> {
  const { reader } = hub.engine
  const steps: Markup[] = []
  for (const step of reader.listSteps(job.id)) steps.push(await stepDetails(hub, job, step, room))
  const summary = await reader.readSummary(job.id)
  const notes = reader.listAnnotations(job.id)
  return html`<section class="panel" id="job-${job.id}" aria-label="Job ${job.name}">
    <header><h3>${job.name}</h3> ${stateMark(job)}
      ${whereJobRuns(hub, job)}</header>
    ${notes.map(note => html`<p class="note ${note.level}"><strong>${note.title ?? levelNames[note.level]}</strong> ${note.message}</p>`)}
    ${steps}
    ${summary === '' ? '' : html`<details id="summary-${job.id}" open><summary>Summary</summary><pre>${summary}</pre></details>`}
  </section>`
}

/** A job that was skipped, or cancelled while it waited, has neither runner nor time nor log. */
function whereJobRuns(hub: HubContext, job: JobRecord): Markup | string {
  if (job.runnerName === null) {
    const waits = job.status !== 'completed' && job.labels.length > 0
    return waits ? html`<span class="muted">waits for a runner with ${job.labels.join(', ')}</span>` : ''
  }
  return html`<span class="muted">${job.runnerName}</span>
    <span class="muted">${formatSpan(job.startedAt, job.completedAt, hub.clock())}</span>
    <a href="${pagesPath(hub)}/jobs/${job.id}/log">Whole log</a>`
}

/** A running or failed step stands open. */
async function stepDetails(
  hub: HubContext,
  job: JobRecord,
  step: StepRecord,
  room: LogRoom,
): Promise<Markup> {
  const open = step.status === 'in_progress' || step.conclusion === 'failure'
  const took = formatSpan(step.startedAt, step.completedAt, hub.clock())
  return html`<details id="step-${job.id}-${step.number}" ${open ? 'open' : ''}>
    <summary><span class="took">${took}</span>${stateMark(step)} ${step.name}</summary>
    ${await stepLog(hub, job, step, room)}
  </details>`
}

async function stepLog(
  { engine }: HubContext,
  job: JobRecord,
  step: StepRecord,
  room: LogRoom,
): Promise<Markup> {
  if (room.characters <= 0) return html`<p class="muted">This page is full: see the whole log.</p>`
  const log = await readLogTail(await engine.reader.openStepLog(job.id, step.externalId))
  room.characters -= log.length
  return log === '' ? html`<p class="muted">No output.</p>` : html`<pre class="log" tabindex="0">${log}</pre>`
}

function artifactList(hub: HubContext, run: RunRecord, artifacts: readonly ArtifactRecord[]): Markup {
  if (artifacts.length === 0) return html`<p class="muted">None.</p>`
  return html`<ul>${artifacts.map(artifact =>
    isExpired(artifact, hub.clock())
      ? html`<li>${artifact.name} <span class="muted">(expired)</span></li>`
      : html`<li><a href="${pagesPath(hub)}/runs/${run.id}/artifacts/${artifact.id}">${artifact.name}</a>
          <span class="muted">${formatBytes(artifact.sizeBytes)}</span></li>`,
  )}</ul>`
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
