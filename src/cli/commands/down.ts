import { isRedisFleet, readHubFile } from '../../config/hub-file.ts'
import { command } from '../command.ts'
import { warnOfRunningJobs } from '../fleet/running-jobs.ts'
import { takeDown } from '../fleet/take-down.ts'
import { addPlaceOptions, type HubPlace, parsePlace, placeOf } from '../hub-place.ts'

/** Stops the hub of this checkout and its runners, and waits until they are gone. */
export const down = command<HubPlace>({
  define: addPlaceOptions,
  parse: (_, flags) => parsePlace(flags),
  run: async (options, context) => {
    const { stateDir, checkout } = await placeOf(options, context)
    const found = readHubFile(stateDir)
    const warning = found && (await warnOfRunningJobs(found))
    if (warning) context.say(warning)
    const hub = await takeDown(stateDir)
    if (!hub) context.say(`nothing is running for ${checkout}`)
    else if (isRedisFleet(hub)) context.say(`stopped the workers of ${hub.url}; Redis itself goes on`)
    else context.say(`stopped the hub ${hub.url} and its runners`)
    return 0
  },
})
