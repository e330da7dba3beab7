import { Hono } from 'hono'
import { isoSeconds } from '../../base/clock.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { signRegistrationToken } from '../registration-token.ts'

/** GitHub's tokens for setting up a runner are good for one hour. */
const tokenMillis = 3_600_000

/** The release of actions/runner that the hub's protocol was checked with. */
const runnerRelease = '2.336.0'

/** Names as actions/runner publishes its packages: REST says osx and win where the runner says macos and windows. */
const packages = [
  { os: 'linux', architecture: 'x64', extension: 'tar.gz' },
  { os: 'linux', architecture: 'arm64', extension: 'tar.gz' },
  { os: 'osx', architecture: 'x64', extension: 'tar.gz' },
  { os: 'osx', architecture: 'arm64', extension: 'tar.gz' },
  { os: 'win', architecture: 'x64', extension: 'zip' },
  { os: 'win', architecture: 'arm64', extension: 'zip' },
] as const

/** What one needs to set up a machine: the runner's packages, and tokens to register and remove it. Below `/actions/runners`. */
export function runnerSetupRoutes({ signer, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/downloads', c => c.json(packages.map(presentPackage)))

  for (const purpose of ['registration', 'remove'] as const) {
    routes.post(`/${purpose}-token`, c => {
      const expires = clock() + tokenMillis
      const token = signRegistrationToken(signer, purpose, expires)
      return c.json({ token, expires_at: isoSeconds(expires) }, 201)
    })
  }

  return routes
}

function presentPackage({ os, architecture, extension }: (typeof packages)[number]) {
  const filename = `actions-runner-${os}-${architecture}-${runnerRelease}.${extension}`
  const folder = `https://github.com/actions/runner/releases/download/v${runnerRelease}`
  return { os, architecture, filename, download_url: `${folder}/${filename}` }
}
