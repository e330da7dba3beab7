/** `node test/write-errors-page.ts` renews docs/ERRORS.md from the table of error codes. */
import { writeFileSync } from 'node:fs'
import { errorsPageFile, renderErrorsPage } from './support/errors-page.ts'

writeFileSync(errorsPageFile, renderErrorsPage())
