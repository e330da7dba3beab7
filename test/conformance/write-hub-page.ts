/** `node test/conformance/write-hub-page.ts` renews the table of docs/hub.md from the hub's routes. */
import { writeFileSync } from 'node:fs'
import { readDescription } from './description.ts'
import { hubPageFile, renderHubPage } from './hub-page.ts'
import { servedOperations } from './served-operations.ts'

const description = readDescription()
const { operations } = await servedOperations(description)
writeFileSync(hubPageFile, renderHubPage(description, operations))
