import type { components } from '@octokit/openapi-types'
import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { cursorOf, linkByCursor } from '../cursor.ts'
import { apiError, notFound } from '../errors.ts'
import { pageQuery } from '../pagination.ts'
import { groupUrl, presentMember, presentPosition } from '../present/concurrency.ts'
import type { ConcurrencyMember } from '../store/records.ts'
import { addressesOf } from './addresses.ts'
import { findRun } from './find-run.ts'

/**
 * Who holds the concurrency groups and who waits for them (docs/protocol.md, "Concurrency groups"), below `/actions`.
 */
export function concurrencyRoutes(hub: HubContext): Hono<HubEnv> {
  const { reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/concurrency_groups', c => {
    const { perPage } = pageQuery(c)
    const after = cursorOf(c, 'after') ?? ''
    const page = reader.listConcurrencyGroups({ after, limit: perPage + 1 })
    const groups = page.items.slice(0, perPage)
    const [last] = page.items.length > perPage ? groups.slice(-1) : []
    linkByCursor(c, last ? [{ rel: 'next', direction: 'after', item: last.name }] : [])
    const addresses = addressesOf(hub, c)
    const answer: components['schemas']['concurrency-group-list'] = {
      total_count: page.totalCount,
      concurrency_groups: groups.map(({ name, acquiredAt }) => ({
        group_name: name,
        group_url: groupUrl(addresses, name),
        last_acquired_at: acquiredAt,
      })),
    }
    return c.json(answer)
  })

  // Groups are often named by a ref: clients may leave its slashes as they are.
  routes.get('/concurrency_groups/:group{.+}', c => {
    const members = reader.listConcurrencyMembers(c.req.param('group'))
    const [first] = members
    if (!first) return notFound(c)
    const shown = upToAsked(c, members)
    if (!shown) return apiError(c, 422, 'The specified run or job is not in this concurrency group.')
    const addresses = addressesOf(hub, c)
    const answer: components['schemas']['concurrency-group'] = {
      group_name: first.group,
      group_url: groupUrl(addresses, first.group),
      total_count: shown.length,
      group_members: shown.map(member => presentMember(addresses, member)),
    }
    return c.json(answer)
  })

  routes.get('/runs/:run/concurrency_groups', c => {
    const run = findRun(hub, c)
    if (!run) return notFound(c)
    const addresses = addressesOf(hub, c)
    const names = hub.engine.concurrencyGroupsOfRun(run.id)
    const groups = pageOfNames(c, names).map(name => ({
      group_name: name,
      group_url: groupUrl(addresses, name),
      group_members: reader
        .listConcurrencyMembers(name)
        .flatMap((member, position) =>
          member.run.id === run.id ? [presentPosition(addresses, member, position)] : [],
        ),
    }))
    const answer: components['schemas']['concurrency-group-run-list'] = {
      total_count: names.length,
      concurrency_groups: groups,
    }
    return c.json(answer)
  })

  return routes
}

/** With `ahead_of_run` or `ahead_of_job`: those ahead of it, and itself last. null: it is not in the group. */
function upToAsked(
  c: Context<HubEnv>,
  members: readonly ConcurrencyMember[],
): readonly ConcurrencyMember[] | null {
  const { ahead_of_run: run, ahead_of_job: job } = c.req.query()
  if (run === undefined && job === undefined) return members
  const place = members.findIndex(member =>
    job === undefined ? member.job === null && String(member.run.id) === run : String(member.job?.id) === job,
  )
  return place < 0 ? null : members.slice(0, place + 1)
}

/** A page of a sorted list that is at hand as a whole, forward from `after` or backward from `before`. */
function pageOfNames(c: Context<HubEnv>, names: readonly string[]): readonly string[] {
  const { perPage } = pageQuery(c)
  const [after, before] = [cursorOf(c, 'after'), cursorOf(c, 'before')]
  if (before !== null) {
    const earlier = names.filter(name => name < before)
    const page = earlier.slice(-perPage)
    const [first = ''] = page
    linkByCursor(c, earlier.length > page.length ? [{ rel: 'prev', direction: 'before', item: first }] : [])
    return page
  }
  const later = names.filter(name => after === null || name > after)
  const page = later.slice(0, perPage)
  const last = page.at(-1) ?? ''
  linkByCursor(c, later.length > page.length ? [{ rel: 'next', direction: 'after', item: last }] : [])
  return page
}
