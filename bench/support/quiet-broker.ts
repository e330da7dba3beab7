import type { Broker } from '../../src/model/broker.ts'
import type { Run } from '../../src/model/run.ts'
import type { Runner } from '../../src/model/runner.ts'

/** A broker in this process where nothing happens: all that it is asked again it answers at once, as with a 304. */
export function quietBroker(id: string, runs: readonly Run[], runners: readonly Runner[]): Broker {
  const byId = new Map(runs.map(run => [run.id, run]))
  return {
    ...{ id, description: 'a broker in memory', offersHosted: false },
    dispatch: async () => ({ kind: 'rejected', status: 503, message: 'nothing is to be sent here' }),
    findRun: async () => null,
    listRuns: async ({ status }) => (status === undefined ? [] : runs.filter(run => run.status === status)),
    getRun: async runId => byId.get(runId) ?? null,
    listJobs: async () => [],
    cancelRun: async () => 'accepted',
    forceCancelRun: async () => 'accepted',
    readJobLog: async () => null,
    listAnnotations: async () => [],
    listArtifacts: async () => [],
    downloadArtifact: async () => undefined,
    putFile: async () => '1',
    removeArtifact: async () => undefined,
    removeFile: async () => undefined,
    listFiles: async () => [],
    listRunners: async () => runners,
    defaultBranch: async () => 'main',
    listFolder: async () => ({ kind: 'unknown' }),
  }
}
