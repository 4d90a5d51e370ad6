-- Count what a user does; says whether it is to be entered at once.
--
-- Returns 1, or 0 where it was added to the sum.

local sums_key = KEYS[1]          -- hash: action and name -> sum as JSON

local now = ARGV[1]
local field = ARGV[2]
local at_once_max = tonumber(ARGV[3])
local places_max = tonumber(ARGV[4])
local network = ARGV[5]

local text = redis.call('HGET', sums_key, field)
local sum = text and cjson.decode(text) or {since = now, entered = 0, more = 0, places = {}}
local is_at_once = sum.entered < at_once_max
if is_at_once then
  sum.entered = sum.entered + 1
else
  sum.more = sum.more + 1
  add_place(sum, network, places_max)
end
redis.call('HSET', sums_key, field, cjson.encode(sum))
return is_at_once and 1 or 0
