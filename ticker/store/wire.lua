-- Append one version of a flash to an edition's wire, all or nothing.
--
-- KEYS 1 head, 2 wire, 3 flashes, 4 board, 5 pins, 6 due, 7 versions of the flash, 8 idempotency,
--      9 coverage that it leaves, 10 coverage that it joins, 11 queue, 12 stories
-- ARGV 1 mode: 'announce' (log, store, publish), 'file' (store only), 'remember' (key only)
--      2 flash id             3 expected current version  4 record (JSON)
--      5 first publication ms 6 pubstatus                 7 pinned ('1' or '')
--      8 due ms or ''          9 fingerprint              10 seconds to remember the key
--     11 channel             12 length of a tag          13 tag before the first entry
--     14 in a coverage ('1' or '')                       15 the desks' channel
--     16 story key or ''      17 'PUBLISH', or 'SPUBLISH' on a Cluster
--     18 the import that this is a part of, or ''
--
-- Returns {'ok', offset, tag}, {'conflict'}, {'reused'}, {'repeat', record} or
-- {'unfinished'}: an import goes on, and this is no part of it.
-- XADD is the first write: where it fails (disk full, out of memory, read-only), nothing has changed.

local head = redis.call('HMGET', KEYS[1], 'offset', 'tag', 'import')
if (head[3] or '') ~= ARGV[18] then
  return {'unfinished'}
end
local seen = redis.call('HMGET', KEYS[8], 'fingerprint', 'record')
if seen[1] then
  if seen[1] ~= ARGV[9] then
    return {'reused'}
  end
  return {'repeat', seen[2]}
end
if redis.call('LLEN', KEYS[7]) ~= tonumber(ARGV[3]) then
  return {'conflict'}
end

local id, record, first = ARGV[2], ARGV[4], ARGV[5]
local offset, tag = 0, ''
if ARGV[1] == 'announce' then
  offset = tonumber(head[1] or 0) + 1
  tag = string.sub(redis.sha1hex((head[2] or ARGV[13]) .. record), 1, tonumber(ARGV[12]))
  redis.call('XADD', KEYS[2], string.format('%.0f-0', offset), 'tag', tag, 'record', record)
  redis.call('HSET', KEYS[1], 'offset', string.format('%.0f', offset), 'tag', tag)
end

redis.call('HSET', KEYS[8], 'fingerprint', ARGV[9], 'record', record)
redis.call('EXPIRE', KEYS[8], ARGV[10])
if ARGV[1] == 'remember' then
  return {'ok', 0, ''}
end

redis.call('HSET', KEYS[3], id, record)
redis.call('RPUSH', KEYS[7], record)
redis.call('ZREM', KEYS[4], id)
redis.call('ZREM', KEYS[5], id)
redis.call('ZREM', KEYS[6], id)
redis.call('ZREM', KEYS[9], id)
redis.call('ZREM', KEYS[11], id)
if ARGV[16] ~= '' then
  redis.call('HSET', KEYS[12], ARGV[16], id)
end
if ARGV[6] == 'usable' then
  redis.call('ZADD', KEYS[4], first, id)
  if ARGV[7] == '1' then
    redis.call('ZADD', KEYS[5], first, id)
  end
  if ARGV[14] == '1' then
    redis.call('ZADD', KEYS[10], first, id)
  end
elseif ARGV[6] == 'withheld' then
  redis.call('ZADD', KEYS[11], first, id)
  if ARGV[8] ~= '' then
    redis.call('ZADD', KEYS[6], ARGV[8], id)
  end
end
-- Nobody is to hear a backup line by line: whoever follows reads it when it is whole.
if ARGV[18] ~= '' then
  return {'ok', offset, tag}
end
redis.call(ARGV[17], ARGV[15], id)
if ARGV[1] == 'announce' then
  redis.call(ARGV[17], ARGV[11], string.format('%.0f', offset) .. '.' .. tag .. ' ' .. record)
end
return {'ok', offset, tag}
