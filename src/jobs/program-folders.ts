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
  const holdsSecret = (value: string) =>
    secrets.some(secret => value === secret || (secret.length >= minPartLength && value.includes(secret)))
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value === undefined || value === '' || !holdsSecret(value)),
  )
}

/** For the code of a kind: the step's token is there to ask about other runs, before the work begins. */
export function withoutToken<Env extends Readonly<Record<string, string | undefined>>>(env: Env): Env {
  return { ...env, RELAYQ_TOKEN: undefined }
}

/** A shorter secret counts only as a whole value: by chance it may stand within PATH. */
const minPartLength = 8
