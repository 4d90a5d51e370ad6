-- Add a refused login to the sum of its name, or of its network where nobody has the name.

local sums_key = KEYS[1]          -- hash: name, or nobody and a network -> sum as JSON
local untold_key = KEYS[2]        -- hash: name -> its sum since somebody logged in with it

local now = ARGV[1]
local name = ARGV[2]              -- or '' where nobody has it
local stranger = ARGV[3]          -- field of nobody from this network
local strangers = ARGV[4]         -- field of nobody from networks beyond the most that are kept
local fields_max = tonumber(ARGV[5])
local places_max = tonumber(ARGV[6])
local network = ARGV[7]
local kind = ARGV[8]              -- 'wrong' or 'unread'

local function add(key, field)
  local text = redis.call('HGET', key, field)
  local sum = text and cjson.decode(text) or {since = now, wrong = 0, unread = 0, places = {}}
  sum[kind] = sum[kind] + 1
  add_place(sum, network, places_max)
  redis.call('HSET', key, field, cjson.encode(sum))
end

if name ~= '' then
  add(sums_key, name)
  add(untold_key, name)
elseif redis.call('HEXISTS', sums_key, stranger) == 1
  or #redis.call('HGETALL', sums_key) / 2 < fields_max then
  add(sums_key, stranger)
else
  add(sums_key, strangers)
end
