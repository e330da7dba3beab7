import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Copies a published result to `<folder>/<name>`, in place of what was there; it is seen once it is whole. */
export async function deliverToFolder(folder: string, name: string, published: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const scratch = await mkdtemp(join(folder, '.arriving-'))
  try {
    await cp(published, join(scratch, 'result'), { recursive: true })
    const place = join(folder, name)
    await rm(place, { recursive: true, force: true })
    await rename(join(scratch, 'result'), place)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
