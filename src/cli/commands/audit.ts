import { runChecks } from '../../provision/doctor/check.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { countFindings, exitCodeOf, findingFields, findingRecord, writeFindings } from '../findings.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'

export interface AuditOptions {
  /** Logins of those who may start jobs, besides the owner. */
  readonly allow: readonly string[]
  readonly json: JsonFields
}

/** What of the queue is open to others: files, history, workflows, settings, accounts, runs. Ends with 1 where something is. */
export const audit = command<AuditOptions>({
  define: command => {
    const collect = (login: string, logins: readonly string[]) => [...logins, login]
    command.option('--allow <login>', 'may start jobs, too (repeatable; or RELAYQ_ACTORS)', collect, [])
    addBrokerOptions(command)
    addJsonOption(command, findingFields)
  },
  parse: (_, flags) => ({
    allow: flags['allow'] as readonly string[],
    json: parseJsonFields(flags, findingFields),
  }),
  run: async ({ allow, json }, context) => {
    const { auditChecks } = await import('../audit/audit-checks.ts')
    const findings = await runChecks(await auditChecks(context, allow))
    if (json) writeJson(context.streams, findings.map(findingRecord), json)
    else {
      writeFindings(context.streams, findings)
      context.say(countFindings(findings))
    }
    return exitCodeOf(findings)
  },
})
