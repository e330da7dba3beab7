import type { DatabaseSync } from 'node:sqlite'

/** Lets the file of a ledger that holds a job grow no more, as on a full disk; nothing of what happens can be written down. */
export function fillDisk(file: DatabaseSync): void {
  file.exec(`PRAGMA max_page_count = ${pagesOf(file)}`)
  const { id } = file.prepare('SELECT id FROM jobs').get() ?? {}
  const filler = file.prepare("INSERT INTO events (job_id, at, type, detail) VALUES (?, '', 'filler', ?)")
  // The last of the room goes with the smallest.
  for (const length of [2_000, 200, 1]) {
    while (isWritten(() => filler.run(String(id), JSON.stringify('x'.repeat(length)))));
  }
}

export function makeRoom(file: DatabaseSync): void {
  file.exec(`PRAGMA max_page_count = ${pagesOf(file) + 10_000}`)
}

function pagesOf(file: DatabaseSync): number {
  return Number(file.prepare('PRAGMA page_count').get()?.['page_count'])
}

function isWritten(write: () => unknown): boolean {
  try {
    write()
    return true
  } catch {
    return false
  }
}
