import type { Job } from '@actions/workflow-parser/model/workflow-template'
import type { TemplateContext } from '@actions/workflow-parser/templates/template-context'
import type { TemplateToken as SourceToken } from '@actions/workflow-parser/templates/tokens/index'
import { RelayError } from '../base/errors.ts'
import { loadParser, type ParserModules } from './load-parser.ts'

/** GitHub's default (actions/runner, ParseOptions); the limit of values, ours, stops aliases that multiply. */
const maxCharacters = 1024 * 1024
const maxValues = 50_000

/** GitHub shows at most ten errors of 500 characters each (same source). */
const maxErrors = 10
const maxMessage = 500

/** GitHub's limit of one expression. */
const maxExpression = 21_000

export interface ReadTemplate {
  readonly root: SourceToken
  /** GitHub's conversion of the jobs: it checks ids, needs and conditions, but drops much of what a step declares. */
  readonly jobs: readonly Job[]
}

/** Parses and validates a workflow with GitHub's parser. Throws RelayError `invalid_workflow` that lists every error. */
export async function readTemplate(path: string, content: string): Promise<ReadTemplate> {
  if (content.length > maxCharacters)
    throw invalid([`${path}: the file is longer than ${maxCharacters} characters`])
  const parser = await loadParser()
  const context = new parser.TemplateContext(
    new parser.TemplateValidationErrors(),
    workflowSchema(parser),
    silentTrace,
  )
  const reader = createReader(parser, context.getFileId(path), content)
  if (reader.errors.length > 0)
    throw invalid(reader.errors.map(error => placed(path, error.range, error.message)))

  const root = parser.readTemplate(context, parser.WORKFLOW_ROOT, reader, context.getFileId(path))
  if (root) checkLengths(parser, context, root)
  const template =
    root && context.errors.count === 0
      ? await parser.convertWorkflowTemplate(context, withoutTriggers(parser, root))
      : null
  const errors = context.errors.getErrors()
  if (errors.length > 0) throw invalid(errors.map(error => placed(path, error.range, error.rawMessage)))
  if (!root || !template) throw invalid([`${path}: the file is empty`])
  return { root, jobs: template.jobs as readonly Job[] }
}

/** The published grammar has the name of another event where `on: repository_dispatch` is meant (workflow-v1.0.json). */
function workflowSchema(parser: ParserModules): ReturnType<ParserModules['getWorkflowSchema']> {
  const schema = parser.getWorkflowSchema()
  const event = schema.getDefinition('repository-dispatch-string')
  if ('constant' in event) event.constant = 'repository_dispatch'
  return schema
}

/** A text with expressions becomes one `format(...)`, which no runner could evaluate when it is longer than this. */
function checkLengths(parser: ParserModules, context: TemplateContext, root: SourceToken): void {
  for (const [, token] of parser.TemplateToken.traverse(root)) {
    if (!(token instanceof parser.BasicExpressionToken) || token.expression.length <= maxExpression) continue
    context.error(token, `A text with an expression may have ${maxExpression} characters at most`)
  }
}

/** Left out of the conversion: it is stricter than GitHub with the defaults of inputs, which parse-trigger reads itself. */
function withoutTriggers(parser: ParserModules, root: SourceToken): SourceToken {
  const copy = new parser.MappingToken(root.file, root.range, root.definitionInfo)
  for (const { key, value } of root.assertMapping('a workflow')) {
    if (key.toString() !== 'on') copy.add(key, value)
  }
  return copy
}

/**
 * The parser splits a string of several lines by its source text, indentation, fold and quotes included, which breaks
 * heredocs and Python. Without the source it has to take the value, as YAML defines it.
 */
function createReader(parser: ParserModules, fileId: number, content: string) {
  let values = 0
  class ValueReader extends parser.YamlObjectReader {
    override allowLiteral() {
      const token = super.allowLiteral()
      if (token && ++values > maxValues) throw new Error(`the file has more than ${maxValues} values`)
      if (!(token instanceof parser.StringToken) || token.range?.start.line === token.range?.end.line)
        return token
      return new parser.StringToken(token.file, token.range, token.value, token.definitionInfo)
    }
  }
  return new ValueReader(fileId, content)
}

function placed(
  path: string,
  range: { readonly start: { readonly line: number } } | undefined,
  message: string,
): string {
  const sentence = message.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message
  const short = sentence.length > maxMessage ? `${sentence.slice(0, maxMessage)}...` : sentence
  return range ? `${path}:${range.start.line}: ${short}` : `${path}: ${short}`
}

function invalid(errors: readonly string[]): RelayError {
  return new RelayError('invalid_workflow', [...new Set(errors)].slice(0, maxErrors).join('\n'), {
    hint: 'Mend the workflow file and dispatch again.',
  })
}

const silentTrace = { error() {}, info() {}, verbose() {} }
