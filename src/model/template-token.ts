/**
 * The runner protocol's encoding of a piece of workflow YAML (docs/protocol.md, "Template tokens"): a bare scalar is
 * a literal, anything else an object with a numeric `type`. A server splits `${{ }}` into expressions; a runner never
 * does.
 */
export type TemplateToken =
  | string
  | number
  | boolean
  | null
  | { readonly type: 0; readonly lit: string }
  | { readonly type: 1; readonly seq?: readonly TemplateToken[] }
  | {
      readonly type: 2
      readonly map?: readonly { readonly Key: TemplateToken; readonly Value: TemplateToken }[]
    }
  | { readonly type: 3; readonly expr: string }
  | { readonly type: 4; readonly directive: 'insert' }
  | { readonly type: 5; readonly bool: boolean }
  | { readonly type: 6; readonly num: number }
  | { readonly type: 7 }
