import { z } from 'zod'

/** What runners send, as far as the hub reads it. Unknown members are ignored; zero values may be left out. */

const level = z.enum(['notice', 'warning', 'failure', 'unknown']).catch('unknown')

const annotation = z.object({
  level,
  message: z
    .string()
    .max(64 * 1024)
    .default(''),
  title: z.string().max(1024).nullish(),
})

const taskResult = z.enum(['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned'])

export const sessionRequest = z.object({
  ownerName: z.string().max(1024).default(''),
  agent: z
    .object({ version: z.string().max(100).nullish(), osDescription: z.string().max(1024).nullish() })
    .nullish(),
})

export const acquireRequest = z.object({ jobMessageId: z.string().max(100) })

export const renewRequest = z.object({ planId: z.string().max(100), jobId: z.string().max(100) })

export const completeRequest = renewRequest.extend({
  conclusion: taskResult,
  outputs: z
    .record(z.string(), z.object({ value: z.string().nullish(), isSecret: z.boolean().nullish() }))
    .nullish(),
  stepResults: z
    .array(
      z.object({
        external_id: z.string().max(100),
        number: z.number().int().default(0),
        name: z.string().max(1024).nullish(),
        conclusion: taskResult.nullish(),
        started_at: z.string().nullish(),
        completed_at: z.string().nullish(),
        annotations: z.array(annotation).nullish(),
      }),
    )
    .nullish(),
  annotations: z.array(annotation).nullish(),
})

export type CompleteRequest = z.infer<typeof completeRequest>
