import { join } from 'node:path'
import { errorCatalogue, exitCodes, isWorthAnotherTry } from '../../src/base/error-catalogue.ts'
import { errorCodes, isErrorCode } from '../../src/base/errors.ts'

export const errorsPageFile = join(import.meta.dirname, '../../docs/ERRORS.md')

/** docs/ERRORS.md, all of it, from the table of codes. */
export function renderErrorsPage(): string {
  return `# Errors

<!-- Written by test/write-errors-page.ts from src/base/errors.ts and src/base/error-catalogue.ts. -->

Every error has a code, a sentence that says what is wrong, and a hint that says what to type next. The code stands in
\`result.json\` and in a \`RelayError\` of the [SDK](SDK.md); a command ends with its exit code. \`relayq errors CODE\` prints a row of
this page.

## Exit codes

| exit code | means |
| --- | --- |
${exitCodes.map(({ code, meaning }) => `| ${code} | ${meaning} |`).join('\n')}

A command that waits for a job (\`wait\`, \`watch\`, \`submit --wait\`) ends with the exit code of what went wrong there.

## Codes

*Again*: whether the same job may succeed at another time or on another machine, with nothing changed. A supervisor then tries it by
itself, as often as the policy says.

| code | exit | again | what it means | what to do |
| --- | --- | --- | --- | --- |
${Object.keys(errorCodes).filter(isErrorCode).map(row).join('\n')}
`
}

function row(code: keyof typeof errorCodes): string {
  const { meaning, mend } = errorCatalogue[code]
  const again = isWorthAnotherTry(code) ? 'yes' : 'no'
  return `| \`${code}\` | ${errorCodes[code]} | ${again} | ${meaning} | ${mend} |`
}
