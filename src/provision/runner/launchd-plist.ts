import type { ServiceSpec } from './service-manager.ts'

type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist }

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
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!-- Written by relayq runner add, and again by relayq runner update. -->',
    '<plist version="1.0">',
    element(list, ''),
    '</plist>',
    '',
  ].join('\n')
}

function element(value: Plist, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  const inner = `${indent}  `
  if (isList(value)) {
    return [`${indent}<array>`, ...value.map(item => element(item, inner)), `${indent}</array>`].join('\n')
  }
  const members = Object.entries(value).flatMap(([key, member]) => [
    `${inner}<key>${escaped(key)}</key>`,
    element(member, inner),
  ])
  return [`${indent}<dict>`, ...members, `${indent}</dict>`].join('\n')
}

function isList(value: Plist): value is readonly Plist[] {
  return Array.isArray(value)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
