/** A runner as the broker knows it now. */
export interface RegisteredRunner {
  readonly id: number
  readonly name: string
  readonly status: 'online' | 'offline'
  readonly busy: boolean
  readonly labels: readonly string[]
}

/** One of actions/runner's packages, as the broker offers it. */
export interface RunnerPackage {
  /** `linux`, `osx`, `win`. */
  readonly os: string
  readonly architecture: string
  readonly filename: string
  readonly url: string
  readonly sha256: string | null
  readonly token: string | null
}

/** Who may use a new runner: what its hooks let through. */
interface Trusted {
  /** File names of the repository's workflows; empty where the token may not read them. */
  readonly workflows: readonly string[]
  /** Logins: the token's own, and the repository's owner. */
  readonly actors: readonly string[]
}

/**
 * The broker as a machine sees it that joins or leaves: a port, which src/github fills. Its token needs Administration
 * (write) on the repository. Throws `not_authorized` where it may not, and `broker_unreachable`.
 */
export interface Enrolment {
  /** Of the REST API. */
  readonly apiUrl: string
  /** What a runner is registered at: `https://github.com/octo/queue`. */
  readonly repositoryUrl: string
  readonly owner: string
  readonly repo: string
  /** Whether a JIT registration lasts: the hub's does, GitHub's ends with the first job. */
  readonly jitLasts: boolean
  /** Whether the token may register machines, of which nothing comes. */
  mayRegister(): Promise<boolean>
  downloads(): Promise<readonly RunnerPackage[]>
  /** By its name, without regard to case. */
  find(name: string): Promise<RegisteredRunner | null>
  trusted(): Promise<Trusted>
  /** Good for an hour, and for registering alone. */
  registrationToken(): Promise<string>
  /** base64, secret: see jit-files.ts. A runner of the same name must be gone before. */
  jitConfig(runner: {
    readonly name: string
    readonly labels: readonly string[]
    readonly workFolder: string
  }): Promise<string>
  /** false: it is not known any more. */
  remove(id: number): Promise<boolean>
}
