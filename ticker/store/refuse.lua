-- A later try of a request is refused: earlier ones, which know no such refusal, come to nothing.
--
-- Returns the record that an earlier one has made, or false.

local key = KEYS[1]
local fingerprint, seconds = ARGV[1], ARGV[2]

local seen = redis.call('HMGET', key, 'fingerprint', 'record', 'refusals')
if seen[1] then
  return seen[1] == fingerprint and seen[2] or false
end
redis.call('HSET', key, 'refusals', tonumber(seen[3] or 0) + 1)
redis.call('EXPIRE', key, seconds)
return false
