import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { presentLabels } from '../present/runner.ts'
import { idParameter, readJsonObject } from '../request.ts'
import { addLabels, hasLabel, isSystemLabel, replaceLabels, withoutLabel } from '../runner-service/labels.ts'
import type { RunnerRecord } from '../store/records.ts'

/** GitHub's limit per runner. */
const mostLabels = 100

/** A runner's labels: list, add, set, remove. A job that waits for a label gets the runner at once. Below `/actions/runners`. */
export function runnerLabelRoutes({ engine }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/:runner/labels', c => {
    const runner = findRunner(c)
    return runner ? c.json(presentLabels(runner.labels)) : notFound(c)
  })

  routes.post('/:runner/labels', async c => {
    const added = readLabels(await readBody(c), 1)
    return change(c, labels => addLabels(labels, added))
  })

  routes.put('/:runner/labels', async c => {
    const custom = readLabels(await readBody(c), 0)
    return change(c, labels => replaceLabels(labels, custom))
  })

  routes.delete('/:runner/labels', c => change(c, labels => replaceLabels(labels, [])))

  routes.delete('/:runner/labels/:name', c => {
    const name = c.req.param('name')
    const runner = findRunner(c)
    if (!runner || !hasLabel(runner.labels, name)) return notFound(c)
    if (isSystemLabel(name)) return apiError(c, 422, `The label ${name} is read-only.`)
    return change(c, labels => withoutLabel(labels, name))
  })

  const findRunner = (c: Context<HubEnv>): RunnerRecord | null =>
    engine.reader.getRunner(idParameter(c, 'runner') ?? 0)

  const change = (c: Context<HubEnv>, of: (labels: readonly string[]) => readonly string[]): Response => {
    const runner = findRunner(c)
    if (!runner) return notFound(c)
    const labels = of(runner.labels)
    if (labels.length > mostLabels) return apiError(c, 422, `A runner has at most ${mostLabels} labels.`)
    engine.setRunnerLabels(runner.id, labels)
    return c.json(presentLabels(labels))
  }

  return routes
}

async function readBody(c: Context<HubEnv>): Promise<unknown> {
  return (await readJsonObject(c))['labels']
}

/** Throws GitHub's 422 for anything but `least` to 100 labels. */
export function readLabels(labels: unknown, least: number): readonly string[] {
  if (
    !Array.isArray(labels) ||
    labels.length < least ||
    labels.length > mostLabels ||
    !labels.every(isLabel)
  ) {
    refuse(
      422,
      `Invalid request.\n\n"labels" must be ${least} to ${mostLabels} names without commas or spaces.`,
    )
  }
  return labels
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s,\p{Cc}]{1,256}$/u.test(value)
}
