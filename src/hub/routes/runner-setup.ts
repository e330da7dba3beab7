import { Hono } from 'hono'
import { isoSeconds } from '../../base/clock.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { signRegistrationToken } from '../registration-token.ts'
import { originOf } from '../request.ts'
import { runnerPackagePath } from './runner-packages.ts'

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
export function runnerSetupRoutes({
  signer,
  clock,
  links,
  runnerPackages,
  deprecationOf,
}: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  // What the hub has itself goes before what GitHub publishes: then a machine needs no way to github.com.
  routes.get('/downloads', async c => {
    const own = (await runnerPackages.list()).map(({ os, architecture, filename, sha256 }) => ({
      ...{ os, architecture, filename, sha256_checksum: sha256 },
      download_url: originOf(c) + links.sign(`${runnerPackagePath}/${filename}`, clock() + tokenMillis),
    }))
    const isOwn = (each: (typeof packages)[number]) =>
      own.some(({ os, architecture }) => os === each.os && architecture === each.architecture)
    return c.json([...own, ...packages.filter(each => !isOwn(each)).map(presentPackage)])
  })

  // docs/protocol.md, "Runner versions"; the published description does not have it yet.
  routes.get('/deprecations/:version', c => {
    const version = c.req.param('version')
    if (!/^\d+\.\d+\.\d+$/.test(version)) return notFound(c)
    const { runtimeAt, registrationAt } = deprecationOf(version)
    return c.json({
      runner_version: version,
      runtime_deprecates_at: runtimeAt,
      registration_deprecates_at: registrationAt,
    })
  })

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
