-- Append one entry to the audit log, chained to the one before it.
--
-- KEYS 1 log, 2 head, 3 import lock
-- ARGV 1 entry (JSON), 2 tag before the first entry, 3 length of a tag,
--      4 offset that it must get, else nothing is done, or '': then no import may go on
-- Returns the offset, 0, or -1 where an import goes on.
if ARGV[4] == '' and redis.call('EXISTS', KEYS[3]) == 1 then
  return -1
end
local head = redis.call('HMGET', KEYS[2], 'offset', 'tag')
local offset = tonumber(head[1] or 0) + 1
if ARGV[4] ~= '' and offset ~= tonumber(ARGV[4]) then
  return 0
end
local tag = string.sub(redis.sha1hex((head[2] or ARGV[2]) .. ARGV[1]), 1, tonumber(ARGV[3]))
redis.call('XADD', KEYS[1], string.format('%.0f-0', offset), 'tag', tag, 'entry', ARGV[1])
redis.call('HSET', KEYS[2], 'offset', string.format('%.0f', offset), 'tag', tag)
return offset
