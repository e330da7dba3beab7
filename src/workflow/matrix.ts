import { RelayError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { equalValues } from './expression-data.ts'

/** GitHub's limit of jobs that one matrix may make. */
const maxMatrixJobs = 256

/** One combination, and the values that name its job: those an include only added are not among them. */
export interface Combination {
  readonly matrix: JsonObject
  readonly nameParts: readonly Json[]
}

interface Include {
  /** The keys that are vectors of the matrix: they choose combinations. */
  readonly filter: JsonObject
  /** All other keys: they are added to the chosen ones. */
  readonly extra: JsonObject
}

/** The combinations of an evaluated `strategy:`, in GitHub's order. Empty when it has no matrix. Throws `invalid_workflow`. */
export function expandMatrix(strategyValue: Json): JsonObject[] {
  return matrixCombinations(strategyValue).map(combination => combination.matrix)
}

/** As expandMatrix, with what each job is called. Rules: actions/runner, MatrixBuilder, in its public source. */
export function matrixCombinations(strategyValue: Json): Combination[] {
  const matrix = isJsonObject(strategyValue) ? (strategyValue['matrix'] ?? null) : null
  if (matrix === null) return []
  if (!isJsonObject(matrix)) throw invalid('a matrix must be a mapping')
  const { include = [], exclude = [], ...rest } = matrix
  const vectors = readVectors(rest)
  const includes = readFilters(include, 'include').map(item => splitInclude(item, vectors))
  const excludes = readFilters(exclude, 'exclude')
  checkExcludes(excludes, vectors)

  const product = crossProduct(vectors).filter(
    candidate => !excludes.some(filter => matches(filter, candidate)),
  )
  const matched = product.map(base => ({
    matrix: Object.assign(
      { ...base },
      ...includes.filter(item => matches(item.filter, base)).map(item => item.extra),
    ),
    nameParts: Object.values(base),
  }))
  const added = includes
    .filter(item => !product.some(base => matches(item.filter, base)))
    .map(({ filter, extra }) => ({
      matrix: { ...filter, ...extra },
      nameParts: Object.values({ ...filter, ...extra }),
    }))
  const combinations = [...matched, ...added]
  if (combinations.length > maxMatrixJobs) {
    throw invalid(`a matrix makes ${combinations.length} jobs, at most ${maxMatrixJobs} are allowed`)
  }
  if (combinations.length === 0) throw invalid('a matrix must define at least one job')
  return combinations
}

function readVectors(vectors: JsonObject): Record<string, Json[]> {
  let size = 1
  for (const [name, values] of Object.entries(vectors)) {
    if (!Array.isArray(values)) throw invalid(`matrix vector '${name}' must be a list`)
    if (values.length === 0) throw invalid(`matrix vector '${name}' does not contain any values`)
    size *= values.length
    // Ten times the limit: excludes may bring a product down again, but memory is not theirs to fill.
    if (size > maxMatrixJobs * 10)
      throw invalid(`a matrix makes ${size} jobs, at most ${maxMatrixJobs} are allowed`)
  }
  return vectors as Record<string, Json[]>
}

/** The last vector changes fastest. */
function crossProduct(vectors: Readonly<Record<string, Json[]>>): JsonObject[] {
  const entries = Object.entries(vectors)
  if (entries.length === 0) return []
  return entries.reduce<JsonObject[]>(
    (rows, [name, values]) => rows.flatMap(row => values.map(value => ({ ...row, [name]: value }))),
    [{}],
  )
}

function readFilters(list: Json, name: 'include' | 'exclude'): JsonObject[] {
  if (!Array.isArray(list)) throw invalid(`matrix ${name} must be a list`)
  return list.map(item => {
    if (!isJsonObject(item) || Object.keys(item).length === 0) {
      throw invalid(`each item of matrix ${name} must be a mapping with at least one value`)
    }
    return item
  })
}

function splitInclude(item: JsonObject, vectors: JsonObject): Include {
  const entries = Object.entries(item)
  const isVector = ([key]: [string, Json]) => Object.hasOwn(vectors, key)
  return {
    filter: Object.fromEntries(entries.filter(isVector)),
    extra: Object.fromEntries(entries.filter(entry => !isVector(entry))),
  }
}

function checkExcludes(excludes: readonly JsonObject[], vectors: JsonObject): void {
  for (const key of excludes.flatMap(Object.keys)) {
    if (!Object.hasOwn(vectors, key)) {
      throw invalid(`matrix exclude key '${key}' does not match any key within the matrix`)
    }
  }
}

/** Every leaf of the filter equals its counterpart, as `==` compares: a filter may name a part of a nested value. */
function matches(filter: Json, value: Json): boolean {
  if (Array.isArray(filter)) {
    return Array.isArray(value) && filter.every((item, index) => matches(item, value[index] ?? null))
  }
  if (isJsonObject(filter)) {
    return (
      isJsonObject(value) && Object.entries(filter).every(([key, item]) => matches(item, value[key] ?? null))
    )
  }
  return equalValues(filter, value)
}

function invalid(message: string): RelayError {
  return new RelayError('invalid_workflow', `Strategy: ${message}`)
}
