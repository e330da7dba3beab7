import type { RunRecord } from '../store/records.ts'

/** Where the members of an answer point: the API as the client reached it, and the pages for people. */
export interface Addresses {
  /** `http://127.0.0.1:PORT/api/v3` or `http://api.github.localhost`. */
  readonly api: string
  /** `http://github.localhost:PORT` */
  readonly server: string
  readonly owner: string
  readonly name: string
}

export function repositoryApi({ api, owner, name }: Addresses): string {
  return `${api}/repos/${owner}/${name}`
}

export function repositoryPage({ server, owner, name }: Addresses): string {
  return `${server}/${owner}/${name}`
}

export function runPage(addresses: Addresses, run: Pick<RunRecord, 'id'>): string {
  return `${repositoryPage(addresses)}/actions/runs/${run.id}`
}

/** A path or a name with slashes in an address: they stay, as in GitHub's own. */
export function escapePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** GitHub's older global ids: a type and a number in base64. Opaque to clients. */
export function nodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString('base64')
}
