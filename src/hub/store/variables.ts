import type { Clock } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { text, time } from './row.ts'

export interface VariableRecord {
  readonly name: string
  readonly value: string
  readonly createdAt: string
  readonly updatedAt: string
}

type Content = Pick<VariableRecord, 'name' | 'value'>

/** GitHub's limit per repository. */
const mostVariables = 500

/** The repository's variables: plain text that jobs see as `vars`. Names are in upper case. */
export class VariableStore {
  readonly #db: Database
  readonly #now: Clock

  constructor(db: Database, now: Clock) {
    this.#db = db
    this.#now = now
  }

  create({ name, value }: Content): 'created' | 'name_taken' | 'too_many' {
    return this.#db.transaction(() => {
      if (this.find(name)) return 'name_taken'
      if (this.list().length >= mostVariables) return 'too_many'
      this.#db.run(
        'INSERT INTO variable (name, value, created_ms, updated_ms) VALUES (:name, :value, :now, :now)',
        {
          name,
          value,
          now: this.#now(),
        },
      )
      return 'created'
    })
  }

  /** What `change` leaves out stays. */
  update(name: string, change: Partial<Content>): 'updated' | 'not_found' | 'name_taken' {
    return this.#db.transaction(() => {
      const known = this.find(name)
      if (!known) return 'not_found'
      const { name: newName, value } = { ...known, ...change }
      if (newName !== name && this.find(newName)) return 'name_taken'
      this.#db.run(
        'UPDATE variable SET name = :newName, value = :value, updated_ms = :now WHERE name = :name',
        {
          name,
          newName,
          value,
          now: this.#now(),
        },
      )
      return 'updated'
    })
  }

  remove(name: string): boolean {
    return this.#db.run('DELETE FROM variable WHERE name = :name', { name }).changes === 1
  }

  find(name: string): VariableRecord | null {
    const row = this.#db.get('SELECT * FROM variable WHERE name = :name', { name })
    return row && variableRecord(row)
  }

  /** In the order of their names. */
  list(): readonly VariableRecord[] {
    return this.#db.all('SELECT * FROM variable ORDER BY name').map(variableRecord)
  }
}

function variableRecord(row: Row): VariableRecord {
  return {
    name: text(row, 'name'),
    value: text(row, 'value'),
    createdAt: time(row, 'created_ms'),
    updatedAt: time(row, 'updated_ms'),
  }
}
