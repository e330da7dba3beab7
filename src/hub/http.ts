import type { Context } from 'hono'
import { Malformed, type Reader } from './untrusted.ts'

/** The token of an `Authorization: Bearer` header; '' when there is none. */
export function bearerToken(context: Context): string {
  return /^bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
}

/** The request's JSON if it has the shape asked for, else null: what runners send is never trusted. */
export async function readBody<T>(context: Context, read: Reader<T>): Promise<T | null> {
  const body = await context.req.text()
  try {
    return read(JSON.parse(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Malformed) return null
    throw error
  }
}
