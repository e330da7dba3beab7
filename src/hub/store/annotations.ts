import type { Annotation } from '../../model/run.ts'
import type { Database } from './database.ts'
import type { AnnotationRecord, PageQuery } from './records.ts'
import { integer, integerOrNull, text, textOrNull } from './row.ts'

/** What a step says of no file is filed under `.github`, as on GitHub. */
const ofNoFile = {
  path: '.github',
  startLine: 1,
  endLine: 1,
  startColumn: null,
  endColumn: null,
  rawDetails: '',
}

export function insertJobAnnotation(db: Database, jobId: number, annotation: Annotation): void {
  insertAnnotation(db, jobId, { ...ofNoFile, ...annotation })
}

export function insertAnnotation(db: Database, checkRunId: number, annotation: AnnotationRecord): void {
  db.run(
    `INSERT INTO annotation (check_run_id, path, start_line, end_line, start_column, end_column, level, title, message,
       raw_details)
     VALUES (:checkRunId, :path, :startLine, :endLine, :startColumn, :endColumn, :level, :title, :message, :rawDetails)`,
    { ...annotation, checkRunId },
  )
}

/** In the order they came. */
export function annotationsOfCheckRun(
  db: Database,
  checkRunId: number,
  { page, perPage }: PageQuery,
): readonly AnnotationRecord[] {
  const rows = db.all(
    'SELECT * FROM annotation WHERE check_run_id = :checkRunId ORDER BY id LIMIT :perPage OFFSET :offset',
    { checkRunId, perPage, offset: (page - 1) * perPage },
  )
  return rows.map(row => ({
    path: text(row, 'path'),
    startLine: integer(row, 'start_line'),
    endLine: integer(row, 'end_line'),
    startColumn: integerOrNull(row, 'start_column'),
    endColumn: integerOrNull(row, 'end_column'),
    level: text(row, 'level') as AnnotationRecord['level'],
    title: textOrNull(row, 'title'),
    message: text(row, 'message'),
    rawDetails: text(row, 'raw_details'),
  }))
}
