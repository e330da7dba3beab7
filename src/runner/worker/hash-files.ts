import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { ExpressionFunction } from '../../workflow/expression.ts'

/**
 * `hashFiles('**' + '/package-lock.json', '!skip/**')`: SHA-256 over the SHA-256 of each matching file below the workspace,
 * in order of their paths; '' when none matches. As actions/runner defines it, so that cache keys agree.
 */
export function hashFilesFunction(workspace: string): ExpressionFunction {
  return patterns => {
    const files = new Set<string>()
    for (const pattern of patterns) {
      if (typeof pattern !== 'string') throw new Error('hashFiles takes patterns as strings')
      const excludes = pattern.startsWith('!')
      for (const file of matches(workspace, excludes ? pattern.slice(1) : pattern)) {
        if (excludes) files.delete(file)
        else files.add(file)
      }
    }
    return files.size === 0 ? '' : hashOf([...files].sort())
  }
}

/** Only regular files that lie below the workspace, however the pattern climbs. */
function matches(workspace: string, pattern: string): string[] {
  return globSync(pattern, { cwd: workspace })
    .map(path => resolve(workspace, path))
    .filter(
      path => path.startsWith(join(workspace, sep)) && statSync(path, { throwIfNoEntry: false })?.isFile(),
    )
}

function hashOf(files: readonly string[]): string {
  const whole = createHash('sha256')
  for (const file of files) whole.update(createHash('sha256').update(readFileSync(file)).digest())
  return whole.digest('hex')
}
