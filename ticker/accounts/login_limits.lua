-- Count one try of a login, unless it has to wait; returns for how many seconds, 0: it counts.
--
-- What has to wait is not counted: a stranger uses up their own tries and nobody else's.

local window = tonumber(ARGV[1])       -- seconds that a counter lives
local free = tonumber(ARGV[2])         -- tries for a name before strangers have to pause
local pause_max = tonumber(ARGV[3])    -- seconds
local limits = {}                      -- of the first counters, in the order of their keys
for i = 4, #ARGV do
  limits[#limits + 1] = tonumber(ARGV[i])
end
local name_key = KEYS[#limits + 1]     -- or none: a known browser does not pause
local pause_key = KEYS[#limits + 2]

local function left(key)
  return math.max(1, redis.call('TTL', key))
end

local function count(key)
  local tries = redis.call('INCRBY', key, 1)
  if redis.call('TTL', key) < 0 then
    redis.call('EXPIRE', key, window)
  end
  return tries
end

local wait = 0
for i, limit in ipairs(limits) do
  if tonumber(redis.call('GET', KEYS[i]) or 0) >= limit then
    wait = math.max(wait, left(KEYS[i]))
  end
end
if pause_key and redis.call('GET', pause_key) then
  wait = math.max(wait, left(pause_key))
end
if wait > 0 then
  return wait
end

for i = 1, #limits do
  count(KEYS[i])
end
if pause_key then
  local over = count(name_key) - free
  redis.call('EXPIRE', name_key, window)
  if over > 0 then
    redis.call('SET', pause_key, '1', 'EX', math.min(pause_max, 2 ^ math.min(over - 1, 16)))
  end
end
return 0
