import { appendFileSync } from 'node:fs'
import { explain, RelayError } from '../../../../base/errors.ts'
import { randomId } from '../../../../base/id.ts'

/** What an action sees of its job, and how it answers: the environment, workflow commands and files of GitHub's toolkit. */

export function input(name: string): string {
  return (process.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim()
}

export function requiredInput(name: string): string {
  const value = input(name)
  if (value === '') throw new RelayError('invalid_input', `The input ${name} is required`)
  return value
}

/** YAML 1.2 booleans; '' is false. Throws RelayError `invalid_input`. */
export function booleanInput(name: string): boolean {
  const value = input(name)
  if (/^(true|True|TRUE)$/.test(value)) return true
  if (/^(false|False|FALSE|)$/.test(value)) return false
  throw new RelayError('invalid_input', `The input ${name} must be true or false, not '${value}'`)
}

export function lineInput(name: string): readonly string[] {
  return input(name)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}

/** A variable every job has. */
export function jobVariable(name: string): string {
  const value = process.env[name] ?? ''
  if (value === '') throw new RelayError('internal', `${name} is not set: this action runs only inside a job`)
  return value
}

export function setOutput(name: string, value: string): void {
  appendAssignment(jobVariable('GITHUB_OUTPUT'), name, value)
}

/** Keeps a value for the post step, where it is `STATE_<name>`. */
export function saveState(name: string, value: string): void {
  appendAssignment(jobVariable('GITHUB_STATE'), name, value)
}

export function savedState(name: string): string {
  return process.env[`STATE_${name}`] ?? ''
}

export function log(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function warn(message: string): void {
  log(`::warning::${escapeData(message)}`)
}

/** Runs an action's main function; whatever it throws becomes the step's error, in one sentence and without a stack. */
export async function runAction(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (thrown) {
    log(`::error::${escapeData(explain(thrown))}`)
    process.exitCode = 1
  }
}

function appendAssignment(path: string, name: string, value: string): void {
  const delimiter = `relayq_${randomId()}`
  appendFileSync(path, `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
