import type { Json, JsonObject } from '../../base/json.ts'
import type { ReleaseRecord, ReleaseStore } from '../store/releases.ts'

interface ReleaseQuery {
  readonly name: string
  /** The query's variables. */
  readonly asked: JsonObject
  /** Whether the client may know of them. */
  readonly drafts: boolean
}

/** What gh asks of releases by GraphQL, as members of the repository; null when the query is none of these. */
export function answerReleaseQuery(releases: ReleaseStore, query: ReleaseQuery): JsonObject | null {
  switch (query.name) {
    case 'RepositoryReleaseByTag':
      return { release: releaseByTag(releases, query) }
    case 'RepositoryReleaseList':
      return { releases: releaseList(releases, query) }
    default:
      return null
  }
}

function releaseByTag(releases: ReleaseStore, { asked, drafts }: ReleaseQuery): JsonObject | null {
  const tag = String(asked['tagName'] ?? '')
  const release = releases.findPublished(tag) ?? (drafts ? releases.findDraft(tag) : null)
  return release && { databaseId: release.id, isDraft: release.draft }
}

/** The cursor is the number of the page that ends there. */
function releaseList(releases: ReleaseStore, { asked, drafts }: ReleaseQuery): JsonObject {
  const perPage = Math.min(100, counted(asked['perPage']) || 30)
  const page = counted(asked['endCursor']) + 1
  const order = { drafts, oldestFirst: asked['direction'] === 'ASC' }
  const { items, totalCount } = releases.list(order, { page, perPage })
  const latest = releases.latest()?.id
  return {
    nodes: items.map(release => presentNode(release, latest)),
    pageInfo: { hasNextPage: page * perPage < totalCount, endCursor: String(page) },
  }
}

/** 0 where it is no number that a list could have use for. */
function counted(value: Json | undefined): number {
  const text = String(value)
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}

function presentNode(release: ReleaseRecord, latest: number | undefined): JsonObject {
  return {
    name: release.name ?? '',
    tagName: release.tagName,
    isDraft: release.draft,
    isLatest: release.id === latest,
    isPrerelease: release.prerelease,
    createdAt: release.createdAt,
    publishedAt: release.publishedAt,
  }
}
