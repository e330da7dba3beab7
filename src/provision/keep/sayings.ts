import { oneLine } from '../../base/one-line.ts'
import { type Finding, manualMend, problem, warning } from '../doctor/finding.ts'
import type { InstalledRunner } from '../runner/inventory.ts'

const name = 'runner'

/** The words that set a runner up again as it was; they go on where something is missing. */
export function addWords(runner: InstalledRunner): readonly string[] {
  const { profile, labels, repository, user, service, registration, ephemeral } = runner
  return [
    ...['runner', 'add', profile, '--name', runner.name, '--no-tools'],
    ...['--broker', repository.apiUrl, '--repo', `${repository.owner}/${repository.repo}`],
    ...(labels.length === 0 ? [] : ['--labels', labels.join(',')]),
    ...['--user', user],
    ...(service.kind === 'launchd-gui' ? ['--gui'] : []),
    ...(registration === 'jit' ? ['--jit'] : []),
    ...(ephemeral ? ['--ephemeral'] : []),
  ]
}

function again(runner: InstalledRunner): string {
  return `sudo relayq ${addWords(runner).join(' ')}`
}

/** What keeping cannot mend by itself, and what a person does. */
export const say = {
  unfinished: (runner: InstalledRunner): Finding =>
    problem(name, `${runner.name} is not set up to its end`, {
      why: 'it takes no jobs',
      mend: manualMend(again(runner)),
    }),
  unknownBroker: (runner: InstalledRunner, because: string): Finding =>
    warning(name, `what GitHub knows of ${runner.name} could not be asked: ${oneLine(because)}`, {
      why: 'a runner that GitHub has forgotten, or will give no more jobs, is noticed late',
      mend: manualMend('sudo relayq runner env set --own GH_TOKEN'),
    }),
  forgotten: (runner: InstalledRunner): Finding =>
    problem(name, `GitHub does not know ${runner.name} any more, and registering it anew has failed`, {
      why: 'GitHub forgets a runner that was away for 14 days; until it is registered anew it takes no jobs',
      mend: manualMend(again(runner)),
    }),
  absentService: (runner: InstalledRunner): Finding =>
    problem(name, `the service of ${runner.name} is gone`, {
      why: 'nothing starts it',
      mend: manualMend(again(runner)),
      where: runner.service.file,
    }),
  staysOffline: (runner: InstalledRunner, restarts: number): Finding =>
    problem(name, `${runner.name} stays offline, though it was restarted ${restarts} times today`, {
      why: 'it takes no jobs',
      mend: manualMend(`relayq runner logs ${runner.name}`),
    }),
  tooOld: (runner: InstalledRunner, why: string): Finding =>
    problem(name, `${runner.name} has version ${runner.version}, and updating it has failed: ${why}`, {
      why: 'GitHub gives no jobs to a version that is given up',
      mend: manualMend(`sudo relayq runner update ${runner.name}`),
    }),
  updateWaits: (runner: InstalledRunner, why: string): Finding =>
    warning(name, `${runner.name} is updated when its job is over: ${why}`, {
      why: 'an update ends what runs',
    }),
} as const
