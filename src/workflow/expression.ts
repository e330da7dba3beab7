import type { Expr } from '@actions/expressions/ast'
import { Evaluator } from '@actions/expressions/evaluator'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import { Lexer, type Token, TokenType } from '@actions/expressions/lexer'
import { Parser } from '@actions/expressions/parser'
import { asError, RelayError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { isTruthy, toText } from './coerce.ts'
import { fromExpressionData, toDictionary, toExpressionData } from './expression-data.ts'

/** A function of an expression; it gets evaluated arguments. Names are compared without regard to case. */
export type ExpressionFunction = (args: readonly Json[]) => Json

/** What an expression may read. A context that is not given is null; a name GitHub does not know is an error. */
export interface ExpressionScope {
  readonly contexts: JsonObject
  /** `success`, `failure`, `always`, `cancelled`, `hashFiles`: whatever depends on where the expression stands. */
  readonly functions?: Readonly<Record<string, ExpressionFunction>>
}

/** Every context of GitHub's documentation: each may be named anywhere the parser let it through. */
const knownContexts = [
  'github',
  'inputs',
  'vars',
  'needs',
  'strategy',
  'matrix',
  'secrets',
  'steps',
  'job',
  'jobs',
  'runner',
  'env',
]

/**
 * The value of an expression, written without `${{ }}`. Runs for every step of a job, so this file never loads the
 * workflow parser. Throws RelayError `invalid_workflow` with the expression in its message.
 */
export function evaluateExpression(text: string, scope: ExpressionScope): Json {
  const functions = libraryFunctions(scope)
  try {
    const expression = parse(text, scope, functions)
    return fromExpressionData(new Evaluator(expression, contextsOf(scope), functions).evaluate())
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    throw new RelayError(
      'invalid_workflow',
      `The expression \${{ ${text} }} failed: ${asError(thrown).message}`,
      {
        cause: thrown,
      },
    )
  }
}

/** Whether an `if:` holds. The text has a status function in it already; an empty one is GitHub's default, `success()`. */
export function conditionHolds(text: string, scope: ExpressionScope): boolean {
  return isTruthy(evaluateExpression(text.trim() || 'success()', scope))
}

function parse(text: string, scope: ExpressionScope, functions: Map<string, FunctionDefinition>): Expr {
  const names = [...knownContexts, ...Object.keys(scope.contexts)]
  const expression: Expr | undefined = new Parser(lex(text), names, [...functions.values()]).parse()
  if (expression === undefined) throw new RelayError('invalid_workflow', 'An expression is empty')
  return expression
}

/** The library's lexer unescapes only the first quote of a string, which breaks `format('a ''b'' {0}', x)`. */
function lex(text: string): Token[] {
  const tokens = new Lexer(text).lex().tokens
  return tokens.map(token =>
    token.type === TokenType.STRING
      ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") }
      : token,
  )
}

/** The evaluator reads a context that is not there as `undefined` and then fails, so each known one is there as null. */
function contextsOf(scope: ExpressionScope) {
  const missing = knownContexts.filter(name => !(name in scope.contexts))
  return toDictionary({ ...scope.contexts, ...Object.fromEntries(missing.map(name => [name, null])) })
}

function libraryFunctions(scope: ExpressionScope): Map<string, FunctionDefinition> {
  const functions = { ...scope.functions, fromJSON }
  return new Map(
    Object.entries(functions).map(([name, call]) => [
      name.toLowerCase(),
      {
        name,
        minArgs: 0,
        maxArgs: Number.MAX_SAFE_INTEGER,
        call: (...args) => toExpressionData(call(args.map(fromExpressionData))),
      },
    ]),
  )
}

/** In place of the library's, whose dictionaries lose members called `constructor` and the like. */
function fromJSON([value = null]: readonly Json[]): Json {
  const text = toText(value)
  if (text.trim() === '') throw new Error('fromJSON was given an empty text')
  return JSON.parse(text) as Json
}
