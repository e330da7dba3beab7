import type { Run, WorkflowJob, WorkflowStep } from '../model/run.ts'
import type { StoredRun } from './run-store.ts'
import { findLegacyWorkflow } from './workflows.ts'

/** Runs of Redis mode in GitHub's words. */

/** The steps of RelayQ's workflows, by their usual names: why a run failed is told by which of them did. */
export const workStep = 'Run the job'
export const keepStep = 'Keep the result'

export function runOf(run: StoredRun, url: string): Run {
  const { id, title, status, conclusion, workflow, createdAt, updatedAt } = run
  return {
    ...{ id, title, status, conclusion, url },
    workflowPath: `.github/workflows/${workflow}`,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  }
}

/** A run has one job, of the same number. */
export function jobOf(run: StoredRun): WorkflowJob {
  const { id, status, conclusion, runner, labels, startedAt, completedAt } = run
  return {
    ...{ id, runId: id, status, conclusion, labels },
    name: findLegacyWorkflow(run.workflow)?.kind ?? 'job',
    runnerName: runner,
    createdAt: iso(run.createdAt),
    startedAt: startedAt === null ? null : iso(startedAt),
    completedAt: completedAt === null ? null : iso(completedAt),
    steps: runner === null ? [] : stepsOf(run),
  }
}

function stepsOf({ status, conclusion, failedStep }: StoredRun): readonly WorkflowStep[] {
  if (status !== 'completed') return [{ number: 1, name: workStep, status, conclusion: null }]
  const ended = (number: number, name: string): WorkflowStep => {
    const own = failedStep === name ? 'failure' : failedStep === null ? conclusion : 'success'
    return { number, name, status: 'completed', conclusion: own }
  }
  return failedStep === workStep ? [ended(1, workStep)] : [ended(1, workStep), ended(2, keepStep)]
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
