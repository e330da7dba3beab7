import type { Context } from 'hono'
import type { z } from 'zod'

/** The token of an `Authorization: Bearer` header; '' when there is none. */
export function bearerToken(context: Context): string {
  return /^bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
}

/** The request's JSON if it has the shape asked for, else null: what runners send is never trusted. */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T | null> {
  const text = await context.req.text()
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
