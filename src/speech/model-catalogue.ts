import { nearestName } from '../base/nearest.ts'

/** A model of whisper.cpp as its makers publish it. */
export interface PublishedModel {
  readonly name: string
  /** MiB, of the file. */
  readonly sizeMb: number
  readonly sha1: string
}

/** Those with a published checksum, smallest first (whisper.cpp, models/README.md). */
export const publishedModels: readonly PublishedModel[] = [
  published('tiny', 75, 'bd577a113a864445d4c299885e0cb97d4ba92b5f'),
  published('tiny.en', 75, 'c78c86eb1a8faa21b369bcd33207cc90d64ae9df'),
  published('base', 142, '465707469ff3a37a2b9b8d8f89f2f99de7299dac'),
  published('base.en', 142, '137c40403d78fd54d454da0f9bd998f78703390c'),
  published('small', 466, '55356645c2b361a969dfd0ef2c5a50d530afd8d5'),
  published('small.en', 466, 'db8a495a91d927739e50b3fc1cc4c6b8f6c2d022'),
  published('large-v3-turbo-q5_0', 547, 'e050f7970618a659205450ad97eb95a18d69c9ee'),
  published('large-v2-q5_0', 1126, '00e39f2196344e901b3a2bd5814807a769bd1630'),
  published('large-v3-q5_0', 1126, 'e6e2ed78495d403bef4b7cff42ef4aaadcfea8de'),
  published('medium', 1536, 'fd9727b6e1217c2f614f9b698455c4ffd82463b4'),
  published('medium.en', 1536, '8c30f0e44ce9560643ebd10bbe50cd20eafd3723'),
  published('large-v3-turbo', 1536, '4af2b29d7ec73d781377bfd1758ca957a807e941'),
  published('large-v1', 2970, 'b1caaf735c4cc1429223d5a74f0f4d0b9b59a299'),
  published('large-v2', 2970, '0f4c8e34f21cf1a914c59d8b3ce882345ad349d6'),
  published('large-v3', 2970, 'ad82bf6a9043ceed055076d0fd39f5f186ff8062'),
]

function published(name: string, sizeMb: number, sha1: string): PublishedModel {
  return { name, sizeMb, sha1 }
}

/** null: none of that name is published with a checksum. */
export function findPublished(name: string): PublishedModel | null {
  const full = fullModelName(name)
  return publishedModels.find(model => model.name === full) ?? null
}

/** The name that was most likely meant; null: none is like it. */
export function nearestPublished(name: string): string | null {
  return nearestName(
    name,
    publishedModels.map(model => model.name),
  )
}

/** The short names of OpenAI's own program, by the names of the files. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['turbo', 'large-v3-turbo'],
  ['large', 'large-v3'],
])

export function fullModelName(name: string): string {
  return shortNames.get(name) ?? name
}
