import type { Clock } from '../base/clock.ts'

/** What the owner of this machine has configured. A job's inputs cannot change it. '' means: not set. */
export interface NodeConfig {
  /** ASR_BACKEND: '', auto, local, openai or router. */
  readonly asrBackend: string
  /** WHISPER_MODEL, such as base or small. */
  readonly whisperModel: string
  /** ISO 639-1 or auto; the language of jobs that name none. */
  readonly language: string
  /** Path of whisper-cli where it is not on PATH. */
  readonly whisperCli: string | null
  /** Folders that hold `ggml-<model>.bin`, beside `<cacheHome>/models`. */
  readonly modelDirs: readonly string[]
  readonly cacheHome: string
  /** Holds what the machine has spent at services. */
  readonly stateHome: string
  /** Holds the secret half of this machine's key, if it has one. */
  readonly runnerKeyFile: string
  readonly speech: SpeechSettings
  /** Where results go besides the artifact; '' for nowhere. */
  readonly delivery: { readonly folder: string; readonly branch: string; readonly webhook: string }
  /** Folders whose files jobs may name. */
  readonly inputRoots: readonly string[]
  /** Pages without audio of their own may be handed to yt-dlp. */
  readonly allowYtDlp: boolean
  readonly allowHosts: readonly string[]
  readonly allowCidrs: readonly string[]
  /** In MB, as it stands in the configuration: read where it is needed, so that a mistake in it fails the job. */
  readonly maxDownloadMb: string
  readonly cloud: CloudConfig
  /** Values that must not appear in a log. */
  readonly secrets: readonly string[]
  /** What is doubtful in the configuration, one line each. */
  readonly warnings: readonly string[]
}

/** How speech engines may be used that are not whisper.cpp. */
interface SpeechSettings {
  /** RELAYQ_MODEL_DOWNLOADS: engines that would fetch a model by themselves may. */
  readonly mayDownloadModels: boolean
  /** RELAYQ_WHISPER_SERVER, as it stands in the configuration. */
  readonly serverUrl: string
  /** RELAYQ_SPEECH_COMMAND and RELAYQ_SPEECH_OUTPUT, as they stand in the configuration. */
  readonly command: string
  readonly commandOutput: string
  /** RELAYQ_MODELS_URL: where `relayq models pull` finds those of whisper.cpp. */
  readonly modelsUrl: string
}

/** Services on the internet. All but the keys as it stands in the configuration: a mistake in it fails the job that needs it. */
export interface CloudConfig {
  readonly openai: CloudAccount
  readonly router: CloudAccount
  /** RELAYQ_PRIVATE: '', true or false. */
  readonly keepsPrivate: string
  /** RELAYQ_AUTO_PREFERS: cost or speed. */
  readonly autoPrefers: string
  /** RELAYQ_MAX_COST_PER_JOB, in US dollars; '' for no ceiling. */
  readonly maxCostPerJob: string
  /** RELAYQ_MAX_COST_PER_MONTH, in US dollars; '' for no ceiling. */
  readonly maxCostPerMonth: string
}

interface CloudAccount {
  /** Used in turn; none: the service is not used. */
  readonly keys: readonly string[]
  readonly baseUrl: string
  readonly model: string
}

export interface JobContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly config: NodeConfig
  readonly signal: AbortSignal
  /** One line of the step's log. */
  readonly print: (line: string) => void
  readonly clock: Clock
  /** Where programs are looked for after PATH; the usual places when left out. */
  readonly programFolders?: readonly string[]
}
