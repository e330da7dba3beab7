import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { RelayError } from '../base/errors.ts'
import { type HttpAnswer, readBody } from '../base/http.ts'
import type { GitHubClient } from './client.ts'

const maxRedirects = 3

/**
 * Writes what a `302` of the API points to into `path`, whole or not at all. The link is signed and lives for a minute;
 * the token stays behind, since the storage it points to belongs to someone else.
 */
export async function downloadTo(client: GitHubClient, location: string, path: string): Promise<void> {
  const answer = await follow(client, location)
  const partial = `${path}.part`
  try {
    await pipeline(answer.body, createWriteStream(partial))
    await rename(partial, path)
  } catch (thrown) {
    await rm(partial, { force: true })
    throw new RelayError('download_truncated', `The download from ${hostOf(location)} broke off.`, {
      hint: 'Try again: nothing was written.',
      cause: thrown,
    })
  }
}

/** The same for a text that fits into memory. */
export async function downloadText(
  client: GitHubClient,
  location: string,
  maxBytes: number,
): Promise<string> {
  const answer = await follow(client, location)
  return (await readBody(answer, maxBytes)).toString('utf8')
}

async function follow(client: GitHubClient, location: string): Promise<HttpAnswer> {
  let url = location
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await ask(client, url)
    if (answer.status === 200) return answer
    answer.body.destroy()
    const next = answer.headers.get('location')
    if (answer.status < 300 || answer.status >= 400 || next === undefined) {
      throw new RelayError(
        answer.status >= 500 ? 'broker_unavailable' : 'download_failed',
        `${hostOf(url)} answered ${answer.status} instead of the file.`,
        {
          hint: 'Try again: the link of a download lives for a minute.',
        },
      )
    }
    url = new URL(next, url).href
  }
  throw new RelayError('download_failed', `${hostOf(location)} redirects in circles.`)
}

async function ask(client: GitHubClient, url: string): Promise<HttpAnswer> {
  try {
    return await client.http.send({ url })
  } catch (thrown) {
    throw new RelayError('broker_unreachable', `${hostOf(url)} gave no answer to a download.`, {
      hint: 'Try again: nothing was written.',
      cause: thrown,
    })
  }
}

function hostOf(url: string): string {
  return new URL(url).host
}
