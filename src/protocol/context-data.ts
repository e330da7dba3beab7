import { isJsonObject, type Json } from '../base/json.ts'

/** PipelineContextData, the runner protocol's encoding of context values (docs/protocol.md, "Context values"). */
export type ContextData =
  | null
  | boolean
  | number
  | string
  | { readonly t: 1; readonly a?: readonly ContextData[] }
  | { readonly t: 2 | 5; readonly d?: readonly { readonly k: string; readonly v: ContextData }[] }

export function encodeContextData(value: Json): ContextData {
  if (Array.isArray(value)) return { t: 1, a: value.map(encodeContextData) }
  if (!isJsonObject(value)) return value
  return { t: 2, d: Object.entries(value).map(([k, v]) => ({ k, v: encodeContextData(v) })) }
}

export function decodeContextData(data: ContextData): Json {
  if (data === null || typeof data !== 'object') return data
  if (data.t === 1) return (data.a ?? []).map(decodeContextData)
  return Object.fromEntries((data.d ?? []).map(({ k, v }) => [k, decodeContextData(v)]))
}
