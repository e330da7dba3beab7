import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'

const bin = join(process.env['RUNNER_TEMP'] ?? '', 'bin')
await mkdir(bin, { recursive: true })
await writeFile(join(bin, 'added-program'), '#!/bin/sh\necho from the path\n')
await chmod(join(bin, 'added-program'), 0o755)

core.addPath(bin)
core.exportVariable('EXPORTED', 'several\nlines')
core.setOutput('answer', { value: 42 })
core.setSecret('sesame')
core.setOutput('secret', 'sesame')
core.warning('mind the gap', { title: 'Gap' })
core.notice('by the way')
await core.summary
  .addHeading('Result')
  .addTable([[{ data: 'name', header: true }], ['value']])
  .write()
