import type {
  ActionsSettings,
  RepositoryFacts,
  Right,
  RightAnswer,
  TokenFacts,
} from '../../../model/repository.ts'

/** The repository as the broker's token sees it. Throws `not_authorized` where it may not look, and where nobody answers. */
export interface RepositorySource {
  /** OWNER/REPO. */
  readonly name: string
  /** Where another token is made; null: nowhere, as of a hub's. */
  readonly tokenPage: string | null
  readonly readToken: () => Promise<TokenFacts>
  /** What the token may do; nothing is changed by asking. */
  readonly askRights: (
    token: Pick<TokenFacts, 'kind' | 'scopes'>,
    rights: readonly Right[],
  ) => Promise<readonly RightAnswer[]>
  /** null: there is none, or none that the token may see. */
  readonly readRepository: () => Promise<RepositoryFacts | null>
  readonly readActionsSettings: () => Promise<ActionsSettings>
  /** Of a path below the repository; null: there is no such thing. */
  readonly read: (path: string) => Promise<unknown>
}
