import { type Plist, propertyList } from './property-list.ts'
import type { ServiceSpec } from './service-manager.ts'

/**
 * The property list of a runner (launchd.plist(5)): it starts at boot (a daemon, as `user`) or when the user logs in
 * (an agent, `isAgent`), and is started again for ever, at most once in ten seconds. Pure.
 */
export function launchdPlist(spec: ServiceSpec, label: string, isAgent: boolean): string {
  const list: Plist = {
    Label: label,
    ProgramArguments: spec.command,
    WorkingDirectory: spec.workingFolder,
    ...(isAgent ? { LimitLoadToSessionType: 'Aqua' } : { UserName: spec.user }),
    EnvironmentVariables: spec.environment,
    RunAtLoad: true,
    KeepAlive: spec.restartsAlways ? true : { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: spec.stopSeconds,
    Nice: spec.nice,
    // Without it launchd slows down disk and processor of what it takes for background work.
    ProcessType: 'Interactive',
    // 077: launchd counts in decimal.
    Umask: 0o77,
    StandardOutPath: `${spec.logFolder}/runner.log`,
    StandardErrorPath: `${spec.logFolder}/runner.log`,
  }
  return propertyList(list, 'Written by relayq runner add, and again by relayq runner update.')
}
