import { listCachedModels } from './hugging-face-cache.ts'
import type { PythonWhisper } from './python-whisper.ts'

/** faster-whisper (CTranslate2) by its command line, `whisper-ctranslate2`: on a small machine the fastest on the CPU. */
export const fasterWhisper: PythonWhisper = {
  name: 'whisper-ctranslate2',
  program: 'whisper-ctranslate2',
  distribution: 'whisper-ctranslate2',
  howToInstall: 'pipx install whisper-ctranslate2',
  listModels: env => listCachedModels(env, nameOf),
  remoteName: name => name,
  howToGet: name => `hf download ${repositoryOf(name)}`,
  args: ({ audio, outputFolder, model, isLocal, language, threads }) => [
    ...[
      audio,
      ...(isLocal ? ['--model_directory', model, '--local_files_only', 'True'] : ['--model', model]),
    ],
    ...['--output_dir', outputFolder, '--output_format', 'json', '--verbose', 'True'],
    ...['--word_timestamps', 'True', '--condition_on_previous_text', 'False'],
    ...['--vad_filter', 'True', '--compute_type', 'int8', '--threads', String(threads)],
    ...(language === null ? [] : ['--language', language]),
  ],
}

/** As faster-whisper's own table has it. */
function repositoryOf(name: string): string {
  if (name === 'large-v3-turbo') return 'mobiuslabsgmbh/faster-whisper-large-v3-turbo'
  return name.startsWith('distil-')
    ? `Systran/faster-distil-whisper-${name.slice('distil-'.length)}`
    : `Systran/faster-whisper-${name}`
}

function nameOf(repository: string): string | null {
  const match = /^(?:Systran|mobiuslabsgmbh)\/faster-(distil-)?whisper-(.+)$/.exec(repository)
  return match === null ? null : `${match[1] ?? ''}${match[2]}`
}
