import { quoteForShell } from '../../base/shell-word.ts'

/**
 * Job hooks of a runner (actions/runner, docs/adrs/1751-runner-job-hooks.md): shell scripts that it runs before and after
 * each job, `bash -e FILE`. Pure functions of values; what they do is tested by running them.
 */

/** What a runner lets in: everything is compared without regard to case, and nothing else gets through. */
export interface AllowList {
  /** `octo/queue`. */
  readonly repository: string
  /** File names below `.github/workflows`. */
  readonly workflows: readonly string[]
  readonly actors: readonly string[]
}

/** Those by which the repository's own people start work. All that come from a fork are events of another name. */
const events = ['workflow_dispatch', 'repository_dispatch', 'schedule']

/** Lines `KEY VALUE` in lower case, as `job-started.sh` looks them up; its owner may edit it. */
export function allowFile({ repository, workflows, actors }: AllowList): string {
  const lines = [
    ...[repository].map(value => `repository ${value}`),
    ...events.map(value => `event ${value}`),
    ...workflows.map(value => `workflow ${value}`),
    ...actors.map(value => `actor ${value}`),
  ]
  return [
    '# Which jobs this runner takes; job-started.sh refuses all others. Edit it with care: lines KEY VALUE, lower case.',
    ...lines.map(line => line.toLowerCase()),
    '',
  ].join('\n')
}

/**
 * Refuses a job with exit code 1 and one line that says why. Every value is of the job's own making until it is compared:
 * one with a character beyond the few that names have is refused, and none is ever printed with any other.
 */
export function jobStartedHook(allowPath: string): string {
  return `#!/bin/sh
# Written by relayq runner add. The runner calls it before each job; exit code 1 ends the job before its first step.
PATH=/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL
allow=${quoteForShell(allowPath)}

refuse() {
  printf 'relayq: this job is refused: %s\\n' "$1"
  exit 1
}

# Safe to print: no line end, no "::" command of the runner's, no colour.
shown() {
  printf '%s' "$1" | tr -cd 'A-Za-z0-9_./@-' | cut -c1-120
}

# $1 kind, $2 value: goes on only when the list has this very line.
require() {
  case $2 in
    '') refuse "it has no $1" ;;
    *[!]A-Za-z0-9_./@[-]*) refuse "its $1 has forbidden characters: $(shown "$2")" ;;
  esac
  line=$(printf '%s %s' "$1" "$2" | tr '[:upper:]' '[:lower:]')
  grep -Fxq -e "$line" "$allow" || refuse "the $1 $(shown "$2") is not in $allow"
}

[ -r "$allow" ] || refuse "$allow cannot be read"
require repository "\${GITHUB_REPOSITORY:-}"
require event "\${GITHUB_EVENT_NAME:-}"
require actor "\${GITHUB_ACTOR:-}"
[ -z "\${GITHUB_HEAD_REF:-}" ] || refuse 'it is of a pull request'

# OWNER/REPO/.github/workflows/FILE@REF
where=\${GITHUB_WORKFLOW_REF:-}
ref=\${where#*@}
path=\${where%%@*}
file=\${path##*/}
case $ref in
  *[!A-Za-z0-9_./@-]*) refuse "its ref has forbidden characters: $(shown "$ref")" ;;
  refs/heads/?* | refs/tags/?*) ;;
  *) refuse "its workflow is of $(shown "$ref"), neither a branch nor a tag" ;;
esac
require workflow "$file"
expected=$(printf '%s/.github/workflows/%s' "$GITHUB_REPOSITORY" "$file" | tr '[:upper:]' '[:lower:]')
actual=$(printf '%s' "$path" | tr '[:upper:]' '[:lower:]')
[ "$actual" = "$expected" ] || refuse "its workflow is of another place: $(shown "$path")"
`
}

/**
 * Empties the job's workspace and temporary folder. Only what is really below the work folder is touched, links are
 * removed and never followed, and what the runner itself still needs is left.
 */
export function jobCompletedHook(workFolder: string): string {
  return `#!/bin/sh
# Written by relayq runner add. The runner calls it after each job: nothing of a job is left for the next.
PATH=/usr/bin:/bin
LC_ALL=C
export PATH LC_ALL
work=$(cd -P ${quoteForShell(workFolder)} && pwd -P) || exit 1
failed=0

# $1 folder: removes all in it but \`_runner_file_commands\`, which the runner reads after this.
wipe() {
  [ -n "$1" ] || return 0
  [ -e "$1" ] || [ -L "$1" ] || return 0
  real=$(cd -P "$1" 2>/dev/null && pwd -P) || real=
  case $real in
    "$work"/*) ;;
    *)
      printf 'relayq: %s is not below the work folder, and is left alone\\n' "$(printf '%s' "$1" | tr -cd 'A-Za-z0-9_./-')"
      failed=1
      return 0
      ;;
  esac
  find -P "$real" -xdev -type d ! -perm -u+rwx -exec chmod u+rwx {} \\; 2>/dev/null
  find -P "$real" -xdev -depth -mindepth 1 ! -name _runner_file_commands ! -path '*/_runner_file_commands/*' \\
    -delete 2>/dev/null
  left=$(find -P "$real" -mindepth 1 ! -name _runner_file_commands ! -path '*/_runner_file_commands/*' | wc -l)
  [ "$left" -eq 0 ] || { printf 'relayq: %s files of this job could not be removed\\n' "$left"; failed=1; }
}

wipe "\${GITHUB_WORKSPACE:-}"
wipe "\${RUNNER_TEMP:-}"
exit $failed
`
}
