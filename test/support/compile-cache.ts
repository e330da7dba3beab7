import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Some thousand processes of the tests read the same sources: what the first compiles, the others find here. One for each
 * account, since the services of a faked machine run as one that cannot write into root's.
 */
export const testCompileCache = join(tmpdir(), `relayq-test-compile-cache-${process.getuid?.() ?? 0}`)
