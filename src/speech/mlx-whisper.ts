import { listCachedModels } from './hugging-face-cache.ts'
import type { PythonWhisper } from './python-whisper.ts'

/** Apple's MLX, on the GPU of a Mac. Its options have dashes where the others have underscores. */
export const mlxWhisper: PythonWhisper = {
  name: 'mlx_whisper',
  program: 'mlx_whisper',
  distribution: 'mlx-whisper',
  howToInstall: 'pipx install mlx-whisper (on a Mac with Apple silicon)',
  listModels: env => listCachedModels(env, nameOf),
  remoteName: repositoryOf,
  howToGet: name => `hf download ${repositoryOf(name)}`,
  args: ({ audio, outputFolder, model, language }) => [
    ...[audio, '--model', model, '-o', outputFolder, '-f', 'json', '--output-name', 'transcript'],
    ...['--verbose', 'True', '--word-timestamps', 'True', '--condition-on-previous-text', 'False'],
    ...(language === null ? [] : ['--language', language]),
  ],
}

/** Most repositories of mlx-community end in -mlx; these do not. */
const plainNames: ReadonlySet<string> = new Set(['tiny', 'large-v3-turbo'])

function repositoryOf(name: string): string {
  return `mlx-community/whisper-${name}${plainNames.has(name) ? '' : '-mlx'}`
}

function nameOf(repository: string): string | null {
  return /^mlx-community\/whisper-(.+?)(?:-mlx)?$/.exec(repository)?.[1] ?? null
}
