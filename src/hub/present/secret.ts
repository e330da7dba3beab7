import type { components } from '@octokit/openapi-types'
import type { SecretRecord } from '../store/secrets.ts'
import type { VariableRecord } from '../store/variables.ts'

export function presentSecret(secret: SecretRecord): components['schemas']['actions-secret'] {
  return { name: secret.name, created_at: secret.createdAt, updated_at: secret.updatedAt }
}

export function presentVariable(variable: VariableRecord): components['schemas']['actions-variable'] {
  const { name, value, createdAt, updatedAt } = variable
  return { name, value, created_at: createdAt, updated_at: updatedAt }
}
