import { join } from 'node:path'

/** Where ffmpeg and speech engines are when a service's PATH does not lead to them: Homebrew, and a whisper.cpp built at home. */
export function usualProgramFolders(env: Readonly<Record<string, string | undefined>>): string[] {
  const home = env['HOME'] ?? ''
  const built = home === '' ? [] : [join(home, 'whisper.cpp', 'build', 'bin')]
  return ['/opt/homebrew/bin', '/usr/local/bin', ...built]
}

/** The environment for programs that read untrusted files: all but what holds a secret. */
export function withoutSecrets(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): NodeJS.ProcessEnv {
  const hidden = secrets.filter(secret => secret !== '')
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => !hidden.some(secret => value?.includes(secret))),
  )
}
