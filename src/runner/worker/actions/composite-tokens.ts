import type { TemplateToken } from '../../../model/template-token.ts'

/** A scalar cut at its `${{ }}`: text and expressions alternate, as often as they do. */
type Piece = { readonly text: string } | { readonly expression: string }

/**
 * The token of a YAML scalar, its expressions split out as a server does before a runner sees them
 * (docs/protocol.md, "Template tokens"): a lone `${{ x }}` is the expression x, mixed text a call of `format`. Throws
 * SyntaxError for `${{` without end.
 */
export function tokenOfText(text: string): TemplateToken {
  const pieces = cut(text)
  const [only] = pieces
  if (only === undefined) return ''
  if (pieces.every(piece => 'text' in piece)) return text
  if (pieces.length === 1 && 'expression' in only) return { type: 3, expr: only.expression }
  const expressions = pieces.flatMap(piece => ('expression' in piece ? piece.expression : []))
  let index = 0
  const format = pieces.map(piece => ('text' in piece ? escapeFormat(piece.text) : `{${index++}}`)).join('')
  return { type: 3, expr: `format('${format}', ${expressions.join(', ')})` }
}

/**
 * The condition behind `if:`, without `${{ }}` and with a status function in it: a step is left out once an earlier one
 * has failed, unless it asks otherwise. Throws SyntaxError.
 */
export function conditionOfText(text: string): string {
  const token = text.includes('${{') ? tokenOfText(text) : null
  const isExpression = token !== null && typeof token === 'object' && token.type === 3
  const expression = (isExpression ? token.expr : text).trim()
  if (expression === '') return 'success()'
  return hasStatusFunction(expression) ? expression : `success() && (${expression})`
}

function hasStatusFunction(expression: string): boolean {
  const withoutStrings = expression.replace(/'(?:[^']|'')*'/g, "''")
  return /(?<![\w.-])(success|failure|always|cancelled)\s*\(/i.test(withoutStrings)
}

function cut(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (let start = text.indexOf('${{'); start >= 0; start = text.indexOf('${{', from)) {
    const end = endOfExpression(text, start + 3)
    if (start > from) pieces.push({ text: text.slice(from, start) })
    const expression = text.slice(start + 3, end).trim()
    if (expression === '') throw new SyntaxError('an expression is empty')
    pieces.push({ expression })
    from = end + 2
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

/** Where the closing braces stand; those within a string of the expression do not count. */
function endOfExpression(text: string, from: number): number {
  let quoted = false
  for (let index = from; index < text.length; index++) {
    if (text[index] === "'") quoted = !quoted
    else if (!quoted && text.startsWith('}}', index)) return index
  }
  throw new SyntaxError('an expression has no end: its closing braces are missing')
}

function escapeFormat(text: string): string {
  return text.replaceAll("'", "''").replaceAll('{', '{{').replaceAll('}', '}}')
}
