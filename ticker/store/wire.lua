-- Append one version of a flash to an edition's wire and its hash chain, all or nothing.
--
-- Returns {'ok', offset, tag}, {'conflict'}, {'reused'}, {'repeat', record},
-- {'void'}: a later try of this request was refused meanwhile,
-- {'full'}: too many requests of this owner changed nothing, to remember one more, or
-- {'unfinished'}: an import goes on, and this is no part of it.
-- A rehearsal writes to a log of its own and takes that back, and has desks look, which they do all
-- the time: it fails where a line would.
-- XADD is the first write: where it fails (disk full, out of memory, read-only), nothing has changed.

local head_key = KEYS[1]         -- hash: offset and tag of the newest entry, import that goes on,
                                 --   count of changes, withheld lines too
local wire_key = KEYS[2]         -- stream: the log
local flashes_key = KEYS[3]      -- hash: flash id -> newest record
local board_key = KEYS[4]        -- sorted sets of flash ids: usable,
local pins_key = KEYS[5]         --   pinned,
local due_key = KEYS[6]          --   to go out by themselves
local versions_key = KEYS[7]     -- list: records of this flash
local request_key = KEYS[8]      -- hash: fingerprint and answer of this idempotency key, or
                                 --   how many of its tries were refused
local left_coverage_key = KEYS[9]
local coverage_key = KEYS[10]
local queue_key = KEYS[11]       -- sorted set: withheld, by when they were filed
local stories_key = KEYS[12]     -- hash: story -> flash id
local hands_key = KEYS[13]       -- hash: flash id -> whose hands made its newest record
local unchanged_key = KEYS[14]   -- number: of keys of this owner that only remember

local mode = ARGV[1]             -- 'announce' (log, store, publish), 'file' (store), 'remember' (key),
                                 -- or 'rehearse'
local id = ARGV[2]
local expected_version = tonumber(ARGV[3])
local record = ARGV[4]           -- JSON
local first_ms = ARGV[5]         -- first publication
local pubstatus = ARGV[6]
local is_pinned = ARGV[7] == '1'
local due_ms = ARGV[8]           -- or ''
local fingerprint = ARGV[9]
local remember_seconds = ARGV[10]
local live_channel = ARGV[11]
local tag_length = tonumber(ARGV[12])
local genesis_tag = ARGV[13]     -- before the first entry
local has_coverage = ARGV[14] == '1'
local desk_channel = ARGV[15]
local story = ARGV[16]           -- or ''
local hands = ARGV[17]           -- or '': a first version says so itself
local refusals = ARGV[18]        -- of tries of this request before this one began, or ''
local unchanged_max = tonumber(ARGV[19])  -- of them, or 0: no bound
local most = tonumber(ARGV[20])  -- lines where this one comes to stand, pinned or waiting; or ''
local publish = ARGV[21]         -- 'PUBLISH', or 'SPUBLISH' on a Cluster
local import = ARGV[22]          -- that this is a part of, or ''

local head = redis.call('HMGET', head_key, 'offset', 'tag', 'import', 'changes')
if (head[3] or '') ~= import then
  return {'unfinished'}
end
if mode == 'rehearse' then
  -- What follows for a line, asked and not done: a right that is missing would stop it half-way.
  for _, command in ipairs({'HGET', 'LLEN', 'XREVRANGE', 'HSET', 'EXPIRE', 'RPUSH', 'ZREM', 'ZADD', 'INCRBY'}) do
    if not redis.acl_check_cmd(command, head_key, '1', '1') then
      return {'forbidden', command}
    end
  end
  redis.call('XADD', wire_key, '1-0', 'record', record)
  redis.call('DEL', wire_key)
  redis.call(publish, desk_channel, '')
  return {'ok', 0, ''}
end
local seen = redis.call('HMGET', request_key, 'fingerprint', 'record', 'refusals')
if seen[1] then
  if seen[1] ~= fingerprint then
    return {'reused'}
  end
  return {'repeat', seen[2]}
end
if (seen[3] or '') ~= refusals then
  return {'void'}
end
-- A store that lost versions, by eviction or otherwise, still takes a kill, and takes it once.
local function may_kill(versions)
  local newest = redis.call('HGET', flashes_key, id) or ''
  local is_killed = string.find(newest, '"pubstatus":"canceled"', 1, true)
  return pubstatus == 'canceled' and import == '' and versions < expected_version
    and (mode == 'remember' or not is_killed)
end
local versions = redis.call('LLEN', versions_key)
if versions ~= expected_version and not may_kill(versions) then
  return {'conflict'}
end
-- Whoever asks has looked before; here it holds for all who ask at once.
if most and mode ~= 'remember' then
  local others = redis.call('ZRANGE', pubstatus == 'withheld' and queue_key or pins_key, 0, -1)
  local is_there = false
  for _, other in ipairs(others) do
    is_there = is_there or other == id
  end
  if not is_there and #others >= most then
    return {'conflict'}
  end
end
-- The log is the truth: where the head was lost, its newest entry says where it ends.
if not head[1] then
  local entry = redis.call('XREVRANGE', wire_key, '+', '-', 'COUNT', 1)[1]
  if entry then
    head[1], head[2] = string.match(entry[1], '%d+'), entry[2][2]
  end
end

if mode == 'remember' and unchanged_max > 0 then
  if tonumber(redis.call('GET', unchanged_key) or 0) >= unchanged_max then
    return {'full'}
  end
  if redis.call('INCRBY', unchanged_key, 1) == 1 then
    redis.call('EXPIRE', unchanged_key, remember_seconds)
  end
end

local offset, tag = 0, ''
if mode == 'announce' then
  offset = tonumber(head[1] or 0) + 1
  tag = string.sub(redis.sha1hex((head[2] or genesis_tag) .. record), 1, tag_length)
  redis.call('XADD', wire_key, string.format('%.0f-0', offset), 'tag', tag, 'record', record)
  redis.call('HSET', head_key, 'offset', string.format('%.0f', offset), 'tag', tag)
end

redis.call('HSET', request_key, 'fingerprint', fingerprint, 'record', record)
redis.call('EXPIRE', request_key, remember_seconds)
if mode == 'remember' then
  return {'ok', 0, ''}
end

redis.call('HSET', head_key, 'changes', string.format('%.0f', tonumber(head[4] or 0) + 1))
redis.call('HSET', flashes_key, id, record)
redis.call('RPUSH', versions_key, record)
if hands ~= '' then
  redis.call('HSET', hands_key, id, hands)
end
for _, key in ipairs({board_key, pins_key, due_key, left_coverage_key, queue_key}) do
  redis.call('ZREM', key, id)
end
if story ~= '' then
  redis.call('HSET', stories_key, story, id)
end
if pubstatus == 'usable' then
  redis.call('ZADD', board_key, first_ms, id)
  if is_pinned then
    redis.call('ZADD', pins_key, first_ms, id)
  end
  if has_coverage then
    redis.call('ZADD', coverage_key, first_ms, id)
  end
elseif pubstatus == 'withheld' then
  redis.call('ZADD', queue_key, first_ms, id)
  if due_ms ~= '' then
    redis.call('ZADD', due_key, due_ms, id)
  end
end
-- Nobody is to hear a backup line by line: whoever follows reads it when it is whole.
if import ~= '' then
  return {'ok', offset, tag}
end
redis.call(publish, desk_channel, id)
if mode == 'announce' then
  redis.call(publish, live_channel, string.format('%.0f', offset) .. '.' .. tag .. ' ' .. record)
end
return {'ok', offset, tag}
