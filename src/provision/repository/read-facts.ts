import { asError } from '../../base/errors.ts'
import type { ActionsSettings, NewFile, RepositoryFacts } from '../../model/repository.ts'
import { readTemplate } from '../../workflow/read-template.ts'
import { type FileFacts, needsMerge } from './file-state.ts'
import type { QueueRepository } from './queue-repository.ts'
import { isWorkflow, recordPath } from './shipped-files.ts'
import { mergeThreeWays } from './three-way-merge.ts'

/** Everything a plan is made from. */
export type SetupFacts =
  | { readonly kind: 'missing'; readonly files: readonly FileFacts[] }
  | {
      readonly kind: 'there'
      readonly repository: RepositoryFacts
      readonly settings: ActionsSettings
      /** The commit the files were read at; null: there is none yet. */
      readonly head: string | null
      readonly files: readonly FileFacts[]
    }

/** Throws `not_authorized` where the token may not read the settings. */
export async function readFacts(
  repository: QueueRepository,
  shipped: readonly NewFile[],
): Promise<SetupFacts> {
  const found = await repository.read()
  if (found === null) return { kind: 'missing', files: shipped.map(file => missingFile(file)) }
  const head = await repository.readHead(found.defaultBranch)
  const settings = await repository.readSettings()
  const files: FileFacts[] = []
  for (const file of shipped) files.push(await readFile(repository, file, head))
  return { kind: 'there', repository: found, settings, head, files }
}

async function readFile(repository: QueueRepository, file: NewFile, head: string | null): Promise<FileFacts> {
  if (head === null) return missingFile(file)
  const current = await repository.readFile(file.path, head)
  const base = await repository.readFile(recordPath(file.path), head)
  const facts = { ...missingFile(file), current, base }
  if (current === null || base === null || !needsMerge(facts)) return facts
  const merge = await mergeThreeWays({ mine: current, base, theirs: file.text })
  const problem = merge.kind === 'merged' && facts.isWorkflow ? await problemOf(file.path, merge.text) : null
  return { ...facts, merge, problem }
}

function missingFile({ path, text }: NewFile): FileFacts {
  return {
    path,
    isWorkflow: isWorkflow(path),
    shipped: text,
    current: null,
    base: null,
    merge: null,
    problem: null,
  }
}

/** Two good texts can be merged into none: GitHub's own grammar says. */
async function problemOf(path: string, text: string): Promise<string | null> {
  try {
    await readTemplate(path, text)
    return null
  } catch (thrown) {
    return asError(thrown).message
  }
}
