/** An expression whose value becomes a part of a script's text. */
export interface Splice {
  /** As written, without `${{ }}`. */
  readonly expression: string
  /** outsider: whoever starts the run writes it. secret: it is one. */
  readonly kind: 'outsider' | 'secret'
  /** Characters from the beginning of the text. */
  readonly index: number
}

const expressionPattern = /\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g

/** What whoever dispatches, pushes, or names a branch or a title decides. `github` by itself is all of it. */
const outsiders =
  /(?<![\w.'-])(?:inputs(?![\w-])|github\.(?:event(?![\w-])|head_ref|ref(?![\w-])|ref_name|actor(?![\w-])|triggering_actor)|github(?![\w.-])|github\.\*)/
const secrets = /(?<![\w.'-])secrets(?![\w-])/

/**
 * The expressions in a script that do not belong there: GitHub puts their values into its text before any shell reads
 * it, so that a value with a quote in it is a command. Comparisons give true or false, and are no danger.
 */
export function findSplices(script: string): readonly Splice[] {
  return [...script.matchAll(expressionPattern)].flatMap(({ 1: body = '', index }): Splice[] => {
    const expression = body.trim()
    const shape = shapeOf(expression)
    if (isComparison(shape)) return []
    if (outsiders.test(shape)) return [{ expression, kind: 'outsider', index }]
    return secrets.test(shape) ? [{ expression, kind: 'secret', index }] : []
  })
}

/** One spelling of each: names in lower case, `a['b']` as `a.b`, no spaces around dots, and other strings empty. */
function shapeOf(expression: string): string {
  return expression
    .replace(/\[\s*'((?:[^']|'')*)'\s*\]/g, '.$1')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s*\.\s*/g, '.')
    .toLowerCase()
}

function isComparison(shape: string): boolean {
  return /^[\w.*-]+\s*(?:==|!=|<=|>=|<|>)\s*(?:[\w.*-]+|'')$/.test(shape) || /^!\s*[\w.*-]+$/.test(shape)
}
