import { RelayError } from '../../base/errors.ts'
import { modelCacheFolder, modelFolders, modelRecords } from '../../jobs/installed-models.ts'
import { requireForm } from '../../model/inputs.ts'
import { modelName } from '../../model/kinds.ts'
import {
  findPublished,
  fullModelName,
  nearestPublished,
  publishedModels,
} from '../../speech/model-catalogue.ts'
import { pullModel, readModelsUrl, removeModel } from '../../speech/pull-model.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { loadNodeConfig } from '../node-config.ts'
import { choiceArgument } from '../option-values.ts'
import { writeTable } from '../table.ts'
import { transferLine } from '../transfer-line.ts'

export type ModelsOptions =
  | { readonly action: 'list'; readonly available: boolean; readonly json: JsonFields }
  | { readonly action: 'pull' | 'remove'; readonly name: string }

const fields = ['name', 'sizeMb', 'path', 'fits', 'isDefault'] as const

/** The models of whisper.cpp on this machine: what is there, and bringing and removing them. */
export const models = command<ModelsOptions>({
  define: command => {
    command
      .addArgument(choiceArgument('<action>', 'what to do', ['list', 'pull', 'remove']))
      .argument('[name]', 'a model such as base, small or large-v3-turbo')
      .option('--available', 'list those that can be pulled, too')
    addJsonOption(command, fields)
  },
  parse: ([action = '', name = ''], flags) => {
    if (action === 'list' && name === '') {
      return { action, available: flags['available'] === true, json: parseJsonFields(flags, fields) }
    }
    if ((action === 'pull' || action === 'remove') && name !== '') {
      requireForm('usage', 'NAME', modelName, name)
      return { action, name: fullModelName(name) }
    }
    throw new RelayError('usage', 'models can list, pull NAME, or remove NAME.', {
      hint: 'relayq models pull base',
    })
  },
  run: async (options, context) => {
    if (options.action === 'list') return await list(options, context)
    return await (options.action === 'pull' ? pull : remove)(options.name, context)
  },
})

async function list(
  { available, json }: Extract<ModelsOptions, { action: 'list' }>,
  context: Context,
): Promise<number> {
  const config = await loadNodeConfig(context.env)
  const records = await modelRecords(config, available)
  if (json) {
    writeJson(
      context.streams,
      records.map(record => ({ ...record })),
      json,
    )
    return 0
  }
  if (records.length === 0) {
    context.say(`there is no model in ${modelFolders(config).join(', ')}; relayq models pull base brings one`)
  }
  const rows = records.map(({ name, sizeMb, path, fits, isDefault }) => [
    name,
    `${sizeMb} MB`,
    fits ? 'fits' : 'too large',
    isDefault ? 'default' : '',
    path ?? 'not here',
  ])
  writeTable(context.streams, ['MODEL', 'SIZE', 'MEMORY', 'USED', 'WHERE'], rows)
  return 0
}

/** After so long a person wonders. */
const silenceMs = 3_000

async function pull(name: string, context: Context): Promise<number> {
  const model = findPublished(name)
  if (model === null) {
    const nearest = nearestPublished(name)
    throw new RelayError('invalid_input', `There is no published checksum of a model "${name}".`, {
      hint: nearest
        ? `Did you mean: relayq models pull ${nearest}`
        : `Those there are: ${publishedModels.map(each => each.name).join(', ')}.`,
    })
  }
  const config = await loadNodeConfig(context.env)
  const modelsUrl = readModelsUrl(config.speech.modelsUrl)
  // What the owner names as the source is trusted, wherever it is.
  const host = URL.parse(modelsUrl)?.host ?? ''
  const signal = context.interrupted()
  const line = transferLine(context.streams, `ggml-${name}.bin`)
  try {
    const { path, isNew } = await pullModel({
      model,
      folder: modelCacheFolder(config),
      baseUrl: modelsUrl,
      policy: { allowHosts: [...config.allowHosts, host], allowCidrs: config.allowCidrs },
      signal,
      onBegin: () => context.say(`fetching ggml-${name}.bin, ${model.sizeMb} MB, from ${host}`),
      onBytes: (received, total) => line.show(received, total),
      silence: {
        ms: silenceMs,
        tell: silence => {
          line.end()
          context.say(`${silence.host} has sent nothing for ${silenceMs / 1000} s; waiting`)
        },
      },
      clock: Date.now,
    })
    line.end()
    if (!isNew) context.say(`${name} was here already, and is whole`)
    context.streams.out.write(`${path}\n`)
    return 0
  } catch (thrown) {
    line.end()
    if (!signal.aborted) throw thrown
    throw new RelayError('cancelled', 'Stopped before the model was whole.', {
      hint: `relayq models pull ${name} goes on with what has arrived.`,
      cause: thrown,
    })
  }
}

/** Only from RelayQ's own cache: what lies in RELAYQ_MODEL_DIRS belongs to somebody else. */
async function remove(name: string, context: Context): Promise<number> {
  const folder = modelCacheFolder(await loadNodeConfig(context.env))
  if (await removeModel(name, folder)) return 0
  throw new RelayError('invalid_input', `There is no model "${name}" in ${folder}.`, {
    hint: 'See what there is: relayq models list',
  })
}
