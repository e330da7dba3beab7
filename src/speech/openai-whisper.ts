import { homedir } from 'node:os'
import { join } from 'node:path'
import { listFiles } from './models.ts'
import type { PythonWhisper } from './python-whisper.ts'

/** OpenAI's own program, `whisper`. By a path it loads a model; by a name it would download one. */
export const openaiWhisper: PythonWhisper = {
  name: 'openai-whisper',
  program: 'whisper',
  distribution: 'openai-whisper',
  howToInstall: 'pipx install openai-whisper',
  listModels: env => {
    const cache = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
    return listFiles([join(cache, 'whisper')], /^(.+)\.pt$/)
  },
  remoteName: name => name,
  howToGet: name => `python3 -c "import whisper; whisper.load_model('${name}')"`,
  args: ({ audio, outputFolder, model, language, threads }) => [
    ...[audio, '--model', model],
    ...['--output_dir', outputFolder, '--output_format', 'json', '--verbose', 'True'],
    ...['--word_timestamps', 'True', '--condition_on_previous_text', 'False'],
    ...['--fp16', 'False', '--threads', String(threads)],
    ...(language === null ? [] : ['--language', language]),
  ],
}
