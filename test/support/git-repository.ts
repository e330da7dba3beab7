import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** No configuration of the machine, nobody's name: the same repository everywhere. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A. Author',
  GIT_AUTHOR_EMAIL: 'author@example.invalid',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_NAME: 'A. Committer',
  GIT_COMMITTER_EMAIL: 'committer@example.invalid',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
}

/** Where a fixture leaves what must be undone: a test's context, or a list that a suite works off. */
export interface Cleanup {
  after(undo: () => unknown): void
}

export type Files = Readonly<Record<string, string>>

/** A real git repository in a temporary folder, removed after the test. */
export class GitFixture {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  git(...args: readonly string[]): string {
    const output = execFileSync('git', args, {
      cwd: this.path,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return output.trim()
  }

  write(files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
  }

  /** Writes and commits the files; the new commit's sha. */
  commit(files: Files, message = 'Change files'): string {
    this.write(files)
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '--message', message)
    return this.git('rev-parse', 'HEAD')
  }
}

export function temporaryFolder(t: Cleanup): string {
  const path = mkdtempSync(join(tmpdir(), 'relayq-test-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A repository with branch `main` and one commit of `files`. */
export function makeGitRepository(t: Cleanup, files: Files = {}): GitFixture {
  const repository = new GitFixture(temporaryFolder(t))
  repository.git('init', '--quiet', '--initial-branch=main')
  repository.commit(files)
  return repository
}
