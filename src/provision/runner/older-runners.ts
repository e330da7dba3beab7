import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'

/** A runner that was installed by hand, with the package's own svc.sh. */
export interface OlderRunner {
  readonly service: string
  /** What takes it away. */
  readonly mend: string
}

/** svc.sh names its services so (actions/runner, src/Misc/layoutbin/systemd.svc.sh.template and darwin.svc.sh.template). */
const pattern = /^actions\.runner\..+\.(?:service|plist)$/

/** Those whose services are in `folders`. They go on; two runners on one machine share its processors. */
export async function olderRunners(folders: readonly string[]): Promise<readonly OlderRunner[]> {
  const found = await Promise.all(
    folders.map(async folder =>
      (await namesIn(folder))
        .filter(name => pattern.test(name))
        .map(name => ({
          service: join(folder, name),
          mend: name.endsWith('.plist')
            ? 'in its folder: ./svc.sh stop && ./svc.sh uninstall && ./config.sh remove'
            : 'in its folder: sudo ./svc.sh stop && sudo ./svc.sh uninstall && ./config.sh remove',
        })),
    ),
  )
  return found.flat()
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return []
    throw thrown
  }
}
