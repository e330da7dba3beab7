import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { systemErrorCode } from '../base/errors.ts'

/** A package of actions/runner that lies in the hub's state folder, for machines that cannot reach github.com. */
export interface RunnerPackageFile {
  readonly os: string
  readonly architecture: string
  readonly version: string
  readonly filename: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

const pattern = /^actions-runner-(linux|osx|win)-(x64|arm64)-(\d+)\.(\d+)\.(\d+)\.(?:tar\.gz|zip)$/

/** The packages that the hub's owner has put into `folder`, by their official names; of each kind the newest. */
export class RunnerPackages {
  readonly #folder: string
  /** By path, size and date: a package of 200 MB is not read at every question. */
  readonly #sums = new Map<string, Promise<string>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async list(): Promise<readonly RunnerPackageFile[]> {
    const newest = new Map<string, { readonly filename: string; readonly version: readonly number[] }>()
    for (const filename of await this.#names()) {
      const [, os = '', architecture = '', ...numbers] = pattern.exec(filename) ?? []
      const version = numbers.map(Number)
      const known = newest.get(`${os} ${architecture}`)
      if (!known || isNewer(version, known.version))
        newest.set(`${os} ${architecture}`, { filename, version })
    }
    return Promise.all(
      [...newest].map(([kind, { filename, version }]) => this.#describe(kind, filename, version)),
    )
  }

  async #describe(kind: string, filename: string, version: readonly number[]): Promise<RunnerPackageFile> {
    const [os = '', architecture = ''] = kind.split(' ')
    const path = join(this.#folder, filename)
    const { size, mtimeMs } = await stat(path)
    const key = `${path} ${size} ${mtimeMs}`
    const sum = this.#sums.get(key) ?? sha256Of(path)
    this.#sums.set(key, sum)
    return { os, architecture, version: version.join('.'), filename, path, bytes: size, sha256: await sum }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter(name => pattern.test(name))
    } catch (thrown) {
      if (systemErrorCode(thrown) === 'ENOENT') return []
      throw thrown
    }
  }
}

function isNewer(version: readonly number[], than: readonly number[]): boolean {
  const differs = version.findIndex((number, index) => number !== than[index])
  return differs !== -1 && (version[differs] ?? 0) > (than[differs] ?? 0)
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
