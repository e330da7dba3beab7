import { RelayError, systemErrorCode } from '../base/errors.ts'

/** The two packages Redis mode needs. Nobody else does, so they are not installed with RelayQ. */
export interface RedisPackages {
  readonly bullmq: typeof import('bullmq')
  readonly ioredis: typeof import('ioredis')
}

type ImportPackage = (name: 'bullmq' | 'ioredis') => Promise<unknown>

/** Throws `tool_missing` with the command that installs them. */
export async function loadPackages(
  importPackage: ImportPackage = name => import(name),
): Promise<RedisPackages> {
  try {
    const [bullmq, ioredis] = await Promise.all([importPackage('bullmq'), importPackage('ioredis')])
    return { bullmq, ioredis } as RedisPackages
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ERR_MODULE_NOT_FOUND') throw thrown
    throw new RelayError('tool_missing', 'Redis mode needs the packages bullmq and ioredis.', {
      hint: 'Install them beside relayq: npm install --global bullmq@6 ioredis@6 (in a checkout: npm install).',
      cause: thrown,
    })
  }
}
