import { open } from 'node:fs/promises'
import { buildTree } from './build-tree.ts'
import { gitFilter, gitLine } from './git-command.ts'
import { hasObjects, indexPack } from './index-pack.ts'
import type { ObjectReader } from './object-reader.ts'
import {
  type PushCommands,
  pushOf,
  readPushCommands,
  refusalIn,
  refusalReport,
  withoutObjects,
} from './push.ts'
import { receivePack } from './receive-pack.ts'
import { isWritableRef } from './ref-name.ts'
import type {
  RefOutcome,
  RefRefusal,
  RefUpdate,
  RepositoryWriter,
  TreeEdit,
  WriteRights,
  WrittenTree,
} from './repository-writer.ts'
import { findOverwritten } from './work-tree.ts'
import { changesWorkflows } from './workflow-guard.ts'

/** Bytes and number of the refs one push may move. */
const longestCommands = 1024 * 1024
const mostUpdates = 1000

/**
 * Writes with plumbing only. Refs move by `git receive-pack`, whoever asks: it alone knows how to take the work tree
 * along. One at a time: it does not look again at what a ref points at before it touches the work tree.
 */
export class GitWriter implements RepositoryWriter {
  readonly #path: string
  readonly #objects: ObjectReader
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string, objects: ObjectReader) {
    this.#path = path
    this.#objects = objects
  }

  async writeObject(type: 'blob' | 'commit' | 'tag', content: Buffer): Promise<string | null> {
    const args = ['hash-object', '-w', '-t', type, '--stdin']
    return (await gitFilter(this.#path, { args, input: content }))?.toString('latin1').trim() ?? null
  }

  async writeTree(base: string | null, edits: readonly TreeEdit[]): Promise<WrittenTree> {
    return await buildTree(this.#path, base, edits)
  }

  async readRef(ref: string): Promise<string | null> {
    if (!isWritableRef(ref)) return null
    return await gitLine(this.#path, 'show-ref', '--verify', '--hash', '--', ref)
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', older, newer]
    return (await gitFilter(this.#path, { args, input: '' })) !== null
  }

  async moveRef(update: RefUpdate, rights: WriteRights): Promise<RefOutcome> {
    return await this.#alone(async () => {
      const refusal = await this.#refuse([update], rights)
      if (refusal) return refusal
      const reason = refusalIn(await receivePack(this.#path, pushOf(update)))
      return reason === null ? { kind: 'moved' } : explain(reason, update)
    })
  }

  async takePush(file: string, rights: WriteRights): Promise<Buffer | null> {
    await using handle = await open(file)
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(longestCommands), 0, longestCommands, 0)
    const start = buffer.subarray(0, bytesRead)
    const push = readPushCommands(start)
    if (!push || push.updates.length > mostUpdates) return null
    // git asks so whether it may push at all, before it sends much.
    if (push.updates.length === 0) return Buffer.alloc(0)
    const sent = await hasObjects(handle, push.end)
    if (sent && !(await indexPack(this.#path, file, push.end)))
      return refusalReport(push, 'the objects are broken')
    return await this.#alone(async () => await this.#movePushed(push, start.subarray(0, push.end), rights))
  }

  async #movePushed(push: PushCommands, commands: Buffer, rights: WriteRights): Promise<Buffer> {
    const refusal = await this.#refuse(push.updates, rights)
    if (refusal) return refusalReport(push, refusal.reason)
    return await receivePack(this.#path, withoutObjects(commands, push.updates))
  }

  /** What git itself would not refuse, or too late. */
  async #refuse(updates: readonly RefUpdate[], rights: WriteRights): Promise<RefRefusal | null> {
    for (const { ref, from, to } of updates) {
      if (!isWritableRef(ref)) return invalid(`${ref} is not a branch or a tag that can be written`)
      if (from !== (await this.readRef(ref))) return conflict(`${ref} has moved meanwhile`)
      if (to !== null && !(await this.#objects.read(to))) return invalid('Object does not exist')
    }
    if (!rights.workflows && (await changesWorkflows(this.#path, this.#objects, updates))) {
      const reason = 'refusing to allow a job to create or update a workflow without `workflows` permission'
      return { kind: 'forbidden', reason }
    }
    for (const update of updates) {
      const file = await findOverwritten(this.#path, update)
      if (file !== null) return conflict(`the untracked file ${JSON.stringify(file)} would be overwritten`)
    }
    return null
  }

  /** After those who came before, however they fared. */
  async #alone<T>(write: () => Promise<T>): Promise<T> {
    const written = this.#last.then(write)
    this.#last = written.catch(() => undefined)
    return await written
  }
}

function conflict(reason: string): RefRefusal {
  return { kind: 'conflict', reason }
}

function invalid(reason: string): RefRefusal {
  return { kind: 'invalid', reason }
}

/** What git's words mean (builtin/receive-pack.c): a work tree with changes, or a ref that someone else moves. */
function explain(reason: string, { ref, from }: RefUpdate): RefRefusal {
  if (/^(working directory|could not update working tree|up-to-date check)/i.test(reason))
    return conflict(`${ref} is checked out, and its files cannot follow: ${reason}`)
  return /^failed to update/.test(reason) && from !== null ? conflict(reason) : invalid(reason)
}
