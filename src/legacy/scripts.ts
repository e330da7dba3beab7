/**
 * What becomes of a run, each step whole or not at all: Redis runs a script without anything in between. The keys are
 * named by the prefix alone, so this needs one Redis, not a Redis Cluster.
 *
 * A run is `queued`, then `in_progress`, then `completed`. Whoever works on it is its `holder`: a new word for each taking,
 * so that a machine which was thought lost and comes back can change nothing any more.
 */

const preamble = `
local prefix = ARGV[1]
local function key(name) return prefix .. ':' .. name end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function run(id) return key('run:' .. id) end
local function complete(id, conclusion, extra)
  redis.call('HSET', run(id), 'status', 'completed', 'conclusion', conclusion, 'holder', '', 'cancel', '',
    'completedAt', now, 'updatedAt', now, unpack(extra or {}))
  redis.call('ZREM', key('active'), id)
  for _, name in ipairs({'run:', 'log:'}) do redis.call('PEXPIRE', key(name .. id), 30 * 86400000) end
end
`

/** ARGV: prefix, job or '', then the fields of the run. Answers with its number. */
export const createRun = `${preamble}
local id = redis.call('INCR', key('last-run'))
redis.call('HSET', run(id), 'status', 'queued', 'conclusion', '', 'runner', '', 'holder', '', 'cancel', '', 'takes', 0,
  'createdAt', now, 'updatedAt', now, unpack(ARGV, 3))
redis.call('ZADD', key('runs'), id, id)
redis.call('ZADD', key('active'), id, id)
redis.call('ZADD', key('unsent'), now, id)
if ARGV[2] ~= '' then
  redis.call('RPUSH', key('job:' .. ARGV[2]), id)
  redis.call('PEXPIRE', key('job:' .. ARGV[2]), 30 * 86400000)
end
return id
`

/**
 * ARGV: prefix, run, holder, runner, most takes, what to say when they are over. Answers taken, over (it is completed or
 * gone), withheld (an import has it), or exhausted: it was taken so often without coming to an end that it has failed.
 */
export const takeRun = `${preamble}
local id, holder, runner, most, lost = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local status, withheld = unpack(redis.call('HMGET', run(id), 'status', 'withheld'))
if not status or status == 'completed' then return 'over' end
if withheld then return 'withheld' end
if redis.call('HINCRBY', run(id), 'takes', 1) > most then
  complete(id, 'failure', {'annotations', lost})
  return 'exhausted'
end
redis.call('HSET', run(id), 'status', 'in_progress', 'holder', holder, 'runner', runner, 'startedAt', now, 'updatedAt', now)
return 'taken'
`

/** ARGV: prefix, run, holder. Answers go_on, cancel (somebody asked for it) or lost (it is another's, or completed). */
export const checkRun = `${preamble}
local held, cancel = unpack(redis.call('HMGET', run(ARGV[2]), 'holder', 'cancel'))
if held ~= ARGV[3] then return 'lost' end
return cancel == '1' and 'cancel' or 'go_on'
`

/** ARGV: prefix, run, holder, text, most bytes. What a lost holder says is not written. */
export const appendLog = `${preamble}
local log = key('log:' .. ARGV[2])
if redis.call('HGET', run(ARGV[2]), 'holder') ~= ARGV[3] then return 0 end
if redis.call('STRLEN', log) > tonumber(ARGV[5]) then return 0 end
return redis.call('APPEND', log, ARGV[4])
`

/** ARGV: prefix, run, holder, conclusion, result expires after ms, then more fields. The result was put under the holder's name. */
export const finishRun = `${preamble}
local id, holder = ARGV[2], ARGV[3]
local mine, kept = key('result:' .. holder), key('artifact:' .. id)
if redis.call('HGET', run(id), 'holder') ~= holder then
  redis.call('DEL', mine)
  return 0
end
if redis.call('EXISTS', mine) == 1 then
  redis.call('RENAME', mine, kept)
  redis.call('PEXPIRE', kept, ARGV[5])
end
complete(id, ARGV[4], {unpack(ARGV, 6)})
return 1
`

/** ARGV: prefix, run, force or ask. A waiting run ends at once; of one at work its holder is told, unless it is forced. */
export const cancelRun = `${preamble}
local id = ARGV[2]
local status = redis.call('HGET', run(id), 'status')
if not status then return 'not_found' end
if status == 'completed' then return 'already_finished' end
if status == 'in_progress' and ARGV[3] == 'ask' then
  redis.call('HSET', run(id), 'cancel', '1', 'updatedAt', now)
else
  complete(id, 'cancelled')
end
redis.call('PUBLISH', key('news'), id)
return 'accepted'
`

/** ARGV: prefix, run. Keeps a waiting run from every worker, for good; 0 where it waits no longer. */
export const withholdRun = `${preamble}
local status = redis.call('HGET', run(ARGV[2]), 'status')
if status ~= 'queued' then return 0 end
redis.call('HSET', run(ARGV[2]), 'withheld', '1')
return 1
`
