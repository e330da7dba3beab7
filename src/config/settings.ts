/** One row per setting: the single table that files, environment, `relayq config` and the docs follow. */
export interface SettingSpec {
  /** Its name in the environment and in ~/.config/relayq/env. */
  readonly name: string
  readonly description: string
  readonly secret: boolean
  /** Its key in relayq.yaml; null where it may not stand there: secrets, and what only a machine can say of itself. */
  readonly yamlKey: string | null
  /** What stands behind that key: text; true or false; or names with a text each, which is `name=text,name=text` elsewhere. */
  readonly yamlForm: 'text' | 'switch' | 'names'
  readonly default: string | null
}

const secret = { secret: true }

export const settings = [
  setting('RELAYQ_API_URL', 'REST API of the broker, or redis', { yamlKey: 'broker' }),
  setting('RELAYQ_TOKEN', 'token for RELAYQ_API_URL', secret),
  setting('RELAYQ_REDIS_URL', 'Redis of the broker redis, such as redis://:PASSWORD@host:6379', secret),
  setting('RELAYQ_REDIS_PREFIX', 'what the names of its keys there begin with', { default: 'relayq' }),
  setting('GH_REPO', 'repository, as [HOST/]OWNER/REPO', { yamlKey: 'repository' }),
  setting('GH_TOKEN', 'token for GitHub', secret),
  setting('GITHUB_TOKEN', 'token for GitHub where GH_TOKEN is not set', secret),
  setting('RELAYQ_REF', 'branch or tag whose workflows are dispatched', { yamlKey: 'ref' }),
  setting('RELAYQ_POLICY', 'policy file, relative to the checkout', {
    yamlKey: 'policy',
    default: 'policy/policy.yaml',
  }),
  setting('RELAYQ_RECIPIENTS', 'public keys of machines, as NAME=age1...,NAME=age1...', {
    yamlKey: 'recipients',
    yamlForm: 'names',
  }),
  setting('RELAYQ_ENCRYPT', 'true: files that are sent along are encrypted to these', {
    yamlKey: 'encrypt',
    yamlForm: 'switch',
  }),
  setting('RELAYQ_REMOVE_ARTIFACTS', '1: a result is removed from GitHub once it is kept here'),
  setting('RELAYQ_ACTORS', 'who may start jobs besides the owner: logins, comma-separated, for relayq audit'),
  setting('ASR_BACKEND', 'speech engine of this machine: auto, local, openai or router'),
  setting('RELAYQ_PRIVATE', 'true: no recording of any job leaves this machine'),
  setting('RELAYQ_AUTO_PREFERS', 'what counts first for the backend auto: cost or speed', {
    default: 'cost',
  }),
  setting('RELAYQ_MAX_COST_PER_JOB', 'most that a job may cost at services, in US dollars'),
  setting(
    'RELAYQ_MAX_COST_PER_MONTH',
    'most that this machine may spend at services in a month, in US dollars',
  ),
  setting('OPENAI_BASE_URL', 'address of OpenAI, or of a server that speaks its API', {
    default: 'https://api.openai.com/v1',
  }),
  setting('OPENROUTER_BASE_URL', 'address of OpenRouter', { default: 'https://openrouter.ai/api/v1' }),
  setting('RELAYQ_OPENAI_MODEL', 'model of the backend openai', { default: 'gpt-transcribe' }),
  setting('RELAYQ_ROUTER_MODEL', 'model of the backend router', { default: 'openai/whisper-large-v3-turbo' }),
  setting('WHISPER_MODEL', 'speech model of this machine, such as base or small'),
  setting('RELAYQ_LANGUAGE', 'language of recordings whose job names none, such as en or de'),
  setting('RELAYQ_WHISPER_CLI', 'path of whisper-cli, where it is not on PATH'),
  setting('RELAYQ_WHISPER_SERVER', 'speech server on this machine, such as http://127.0.0.1:8080/v1'),
  setting(
    'RELAYQ_SPEECH_COMMAND',
    'a speech engine of your own: a program and its arguments, with {input} and more',
  ),
  setting(
    'RELAYQ_SPEECH_OUTPUT',
    'what RELAYQ_SPEECH_COMMAND gives: whispercpp-json, whisper-json, srt, vtt, txt or stdout-txt',
    {
      default: 'stdout-txt',
    },
  ),
  setting('RELAYQ_MODEL_DIRS', 'folders with speech models, separated by colons'),
  setting('RELAYQ_MODELS_URL', 'where relayq models pull finds the models of whisper.cpp', {
    default: 'https://huggingface.co/ggerganov/whisper.cpp/resolve/main',
  }),
  setting('RELAYQ_MODEL_DOWNLOADS', '1: speech engines that would fetch a missing model by themselves may'),
  setting('RELAYQ_MAX_DOWNLOAD_MB', 'largest input this machine downloads, in MB', { default: '1000' }),
  setting('RELAYQ_DELIVER_FOLDER', 'folder of this machine that gets the files of every result, too'),
  setting(
    'RELAYQ_DELIVER_BRANCH',
    'branch of the queue’s repository that gets the files of every result, below results/JOB, too',
  ),
  setting('RELAYQ_DELIVER_WEBHOOK', 'address that gets the result.json of every job by POST', secret),
  setting('RELAYQ_INPUT_ROOTS', 'folders whose files jobs may name with path=, separated by colons'),
  setting('RELAYQ_ALLOW_YTDLP', '1 lets jobs fetch pages by yt-dlp, which guards its own connections less'),
  setting('RELAYQ_ALLOW_CIDRS', 'private address ranges jobs may download from, comma-separated'),
  setting('RELAYQ_ALLOW_HOSTS', 'private host names jobs may download from, comma-separated'),
  setting('AI_API_KEY', 'key of a speech API; its provider is known by its prefix', secret),
  setting('OPENAI_API_KEY', 'key of OpenAI', secret),
  setting('OPENROUTER_API_KEY', 'key of OpenRouter', secret),
  setting('OPENROUTER_KEYS', 'several keys of OpenRouter, comma-separated', secret),
]

export type SettingName = (typeof settings)[number]['name']

function setting<Name extends string>(
  name: Name,
  description: string,
  extra: Partial<Omit<SettingSpec, 'name'>> = {},
): SettingSpec & { readonly name: Name } {
  return { name, description, secret: false, yamlKey: null, yamlForm: 'text', default: null, ...extra }
}
