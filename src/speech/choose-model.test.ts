import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SpeechRequest } from './backend.ts'
import { chooseModel, howToGetWhisperCpp } from './choose-model.ts'
import { fitsMemory } from './model-memory.ts'

function choose(
  names: readonly string[],
  memoryMb: number,
  name: string | null = null,
  language: string | null = null,
) {
  const request: SpeechRequest = { model: name === null ? null : { name, asked: true }, language }
  return chooseModel(request, {
    models: names.map(each => ({ name: each, path: `/models/${each}` })),
    memoryMb,
    audioSeconds: 0,
    howToGet: each => howToGetWhisperCpp(each, '/models'),
  })
}

function chosen(...args: Parameters<typeof choose>): string {
  const choice = choose(...args)
  return choice.kind === 'chosen' ? choice.model.name : choice.code
}

test('where none is named it is base, else the largest the machine holds', () => {
  assert.equal(chosen(['base', 'large-v3', 'tiny'], 16_000), 'base')
  assert.equal(chosen(['large-v3', 'medium', 'tiny'], 4096), 'medium')
  assert.equal(chosen(['large-v3', 'mine', 'tiny'], 1024), 'tiny')
  assert.equal(chosen(['mine'], 512), 'mine')
  assert.equal(chosen([], 16_000), 'model_missing')
  assert.equal(chosen(['large-v3'], 2048), 'out_of_memory')
})

test('the one named is used where it fits, under the short name of OpenAI too', () => {
  assert.equal(chosen(['base', 'large-v3-turbo'], 16_000, 'turbo'), 'large-v3-turbo')
  assert.equal(chosen(['base', 'large-v3'], 16_000, 'large'), 'large-v3')
  assert.equal(chosen(['base', 'large-v3-turbo-q5_0'], 2048, 'large-v3-turbo-q5_0'), 'large-v3-turbo-q5_0')
  assert.equal(chosen(['base', 'small', 'medium', 'large-v3'], 2560, 'large-v3'), 'medium')
  assert.equal(chosen(['large-v3', 'base.en'], 1024, 'large-v3', 'de'), 'out_of_memory')
})

test('what cannot be had comes with what would help', () => {
  const hint = (...args: Parameters<typeof choose>) => {
    const choice = choose(...args)
    return choice.kind === 'unavailable' ? choice.hint : ''
  }
  assert.match(hint([], 8000), /models pull base$/)
  assert.match(hint([], 600), /models pull tiny$/)
  assert.match(hint([], 8000, 'turbo'), /models pull large-v3-turbo$/)
  assert.match(hint([], 8000, 'my-own'), /ggml-my-own\.bin into \/models/)
  assert.match(hint(['large-v3'], 1024, 'large-v3'), /more memory/)
})

test('memory is the model, half a gigabyte for each hour of audio, and the rest of the machine', () => {
  assert.equal(fitsMemory('base', 600, 388 + 84 + 200), true)
  assert.equal(fitsMemory('base', 600, 388 + 83 + 200), false)
  assert.equal(fitsMemory('base', 3600, 388 + 500 + 200), true)
  assert.equal(fitsMemory('base', 3601, 388 + 500 + 200), false)
})

test('a misspelt model is guessed, and one of somebody else is told where to be put', () => {
  assert.match(howToGetWhisperCpp('bsae', '/models'), /^Did you mean base\? /)
  assert.equal(
    howToGetWhisperCpp('distil-de', '/models'),
    'Put ggml-distil-de.bin into /models on the machine.',
  )
})
