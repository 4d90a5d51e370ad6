-- Append one entry to the audit log, chained to the one before it.
--
-- Returns the offset, 0 where that is not the one asked for, or -1 where an import goes on.

local log_key = KEYS[1]          -- stream: the log
local head_key = KEYS[2]         -- hash: offset and tag of the newest entry
local import_key = KEYS[3]       -- string: lock of an import that goes on

local entry = ARGV[1]            -- JSON
local genesis_tag = ARGV[2]      -- before the first entry
local tag_length = tonumber(ARGV[3])
local wanted_offset = ARGV[4]    -- the only one it may get, or '': then no import may go on

if wanted_offset == '' and redis.call('EXISTS', import_key) == 1 then
  return -1
end
local head = redis.call('HMGET', head_key, 'offset', 'tag')
local offset = tonumber(head[1] or 0) + 1
if wanted_offset ~= '' and offset ~= tonumber(wanted_offset) then
  return 0
end
local tag = string.sub(redis.sha1hex((head[2] or genesis_tag) .. entry), 1, tag_length)
redis.call('XADD', log_key, string.format('%.0f-0', offset), 'tag', tag, 'entry', entry)
redis.call('HSET', head_key, 'offset', string.format('%.0f', offset), 'tag', tag)
return offset
