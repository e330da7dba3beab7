import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Some thousand processes of the tests read the same sources: what the first compiles, the others find here. */
export const testCompileCache = join(tmpdir(), 'relayq-test-compile-cache')
