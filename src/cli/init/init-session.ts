import { explain, RelayError } from '../../base/errors.ts'
import type { RelayQ } from '../../compose.ts'
import type { BrokerTarget } from '../../config/broker-target.ts'
import type { Right } from '../../model/repository.ts'
import { settingUp, submitting, type TokenUse } from '../../provision/repository/token-rights.ts'
import type { Context } from '../context.ts'
import { openPrompt, type Prompt } from '../prompt.ts'
import { type ExaminedToken, examineToken, type FoundToken, tokenFor } from './examine-tokens.ts'
import { stopped } from './find-target.ts'
import { findTokens, givenToken, readGivenTokens } from './find-tokens.ts'
import { describeLack, describeToken, noToken } from './token-advice.ts'

/** One run of the command: where, with which tokens, and whom to ask for more. */
export class InitSession implements AsyncDisposable {
  readonly relayq: RelayQ
  readonly target: BrokerTarget
  /** null: nobody is there to answer. */
  readonly prompt: Prompt | null
  readonly #context: Context
  #tokens: readonly ExaminedToken[] = []

  private constructor(parts: {
    relayq: RelayQ
    target: BrokerTarget
    prompt: Prompt | null
    context: Context
  }) {
    this.relayq = parts.relayq
    this.target = parts.target
    this.prompt = parts.prompt
    this.#context = parts.context
  }

  static async open(parts: {
    readonly relayq: RelayQ
    readonly target: BrokerTarget
    readonly context: Context
    readonly tokenFromStdin: boolean
    readonly mayAsk: boolean
  }): Promise<InitSession> {
    const { relayq, target, context, tokenFromStdin, mayAsk } = parts
    const prompt = mayAsk && !tokenFromStdin ? openPrompt(context.streams, stopped) : null
    const session = new InitSession({ relayq, target, prompt, context })
    const tokens = tokenFromStdin ? await readGivenTokens(context.streams) : await findTokens(relayq, target)
    for (const token of tokens) await session.#add(token)
    return session
  }

  get tokens(): readonly ExaminedToken[] {
    return this.#tokens
  }

  /** A token that may do all of `rights`, asked for where there is none. Throws `not_authorized` where nobody can be asked. */
  async require(use: TokenUse, rights: readonly Right[]): Promise<ExaminedToken> {
    for (;;) {
      const able = tokenFor(this.#tokens, rights)
      if (able) return able
      const wanted = this.#tokens.length === 0 && this.prompt === null ? [settingUp, submitting] : [use]
      for (const line of describeLack(this.#tokens, use, this.target)) this.#context.say(line)
      for (const line of wanted.flatMap(use => describeToken(use, this.target))) this.#context.say(line)
      if (this.prompt === null) throw noToken(use, this.target)
      await this.#ask(this.prompt)
    }
  }

  /** What the tokens may do is asked anew: of a repository that was just made nobody could know. */
  async lookAgain(): Promise<void> {
    const before = this.#tokens
    this.#tokens = []
    for (const token of before) {
      token.client.close()
      await this.#add(token)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client } of this.#tokens) client.close()
    await this.relayq.close()
  }

  /** One that is no use is told, and asked for again. */
  async #ask(prompt: Prompt): Promise<void> {
    const typed = await prompt.secret('Paste the token (it is not shown): ')
    try {
      await this.#add(givenToken(typed.trim(), 'the prompt'))
    } catch (thrown) {
      const isOfNoUse = thrown instanceof RelayError && /^(usage|not_authorized)$/.test(thrown.code)
      if (!isOfNoUse) throw thrown
      this.#context.say(explain(thrown))
    }
  }

  async #add(token: FoundToken): Promise<void> {
    const examined = await examineToken(this.target, token, this.#context.say)
    if (examined) this.#tokens = [...this.#tokens, examined]
  }
}
