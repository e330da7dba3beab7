import type { components } from '@octokit/openapi-types'
import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError } from '../errors.ts'
import { repositoryApi } from '../present/addresses.ts'
import { readBody } from '../request.ts'
import type { RepositorySettings, SettingsChange } from '../store/repository-settings.ts'
import { listOf, oneOf, optional, shape, text, whole, yesOrNo } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'

/** GitHub's longest for a private repository, in days. */
const longestRetention = 400

const readPermissions = shape({
  enabled: yesOrNo,
  allowed_actions: optional(oneOf('all', 'local_only', 'selected'), undefined),
  sha_pinning_required: optional(yesOrNo, undefined),
})
const readSelected = shape({
  github_owned_allowed: optional(yesOrNo, undefined),
  verified_allowed: optional(yesOrNo, undefined),
  patterns_allowed: optional(listOf(text(255, 1), 1000), undefined),
})
const readWorkflow = shape({
  default_workflow_permissions: optional(oneOf('read', 'write'), undefined),
  can_approve_pull_request_reviews: optional(yesOrNo, undefined),
})
const readRetention = shape({ days: whole })

/** What may run here, and what a job's token may do. Below `/actions/permissions`. */
export function actionsPermissionRoutes(hub: HubContext): Hono<HubEnv> {
  const { settings } = hub.engine
  const routes = new Hono<HubEnv>()
  const change = (c: Context<HubEnv>, asked: SettingsChange): Response => {
    settings.change(asked)
    return c.body(null, 204)
  }

  routes.get('/', c => c.json(presentPermissions(hub, c)))

  routes.put('/', async c => {
    const asked = await readBody(c, readPermissions)
    return change(c, {
      enabled: asked.enabled,
      allowedActions: asked.allowed_actions,
      shaPinningRequired: asked.sha_pinning_required,
    })
  })

  routes.get('/selected-actions', c => {
    const { allowedActions } = settings.read()
    return allowedActions === 'selected' ? c.json(presentSelected(settings.read())) : notSelected(c)
  })

  routes.put('/selected-actions', async c => {
    const asked = await readBody(c, readSelected)
    if (settings.read().allowedActions !== 'selected') return notSelected(c)
    return change(c, {
      githubOwnedAllowed: asked.github_owned_allowed,
      verifiedAllowed: asked.verified_allowed,
      patternsAllowed: asked.patterns_allowed,
    })
  })

  routes.get('/workflow', c => c.json(presentWorkflow(settings.read())))

  routes.put('/workflow', async c => {
    const asked = await readBody(c, readWorkflow)
    return change(c, {
      defaultWorkflowPermissions: asked.default_workflow_permissions,
      canApprovePullRequestReviews: asked.can_approve_pull_request_reviews,
    })
  })

  routes.get('/artifact-and-log-retention', c =>
    c.json({ days: settings.read().retentionDays, maximum_allowed_days: longestRetention }),
  )

  routes.put('/artifact-and-log-retention', async c => {
    const { days } = await readBody(c, readRetention)
    if (days < 1 || days > longestRetention) {
      return apiError(c, 422, `Retention must be from 1 to ${longestRetention} days.`)
    }
    return change(c, { retentionDays: days })
  })

  return routes
}

function presentPermissions(
  hub: HubContext,
  c: Context<HubEnv>,
): components['schemas']['actions-repository-permissions'] {
  const { enabled, allowedActions, shaPinningRequired } = hub.engine.settings.read()
  const address = `${repositoryApi(addressesOf(hub, c))}/actions/permissions/selected-actions`
  return {
    enabled,
    allowed_actions: allowedActions,
    ...(allowedActions === 'selected' ? { selected_actions_url: address } : {}),
    sha_pinning_required: shaPinningRequired,
  }
}

function presentSelected(settings: RepositorySettings): components['schemas']['selected-actions'] {
  return {
    github_owned_allowed: settings.githubOwnedAllowed,
    verified_allowed: settings.verifiedAllowed,
    patterns_allowed: [...settings.patternsAllowed],
  }
}

function presentWorkflow(
  settings: RepositorySettings,
): components['schemas']['actions-get-default-workflow-permissions'] {
  return {
    default_workflow_permissions: settings.defaultWorkflowPermissions,
    can_approve_pull_request_reviews: settings.canApprovePullRequestReviews,
  }
}

/** GitHub's, where the repository's policy is not to allow selected actions. */
function notSelected(c: Context<HubEnv>): Response {
  return apiError(c, 409, 'The repository does not allow selected actions.')
}
