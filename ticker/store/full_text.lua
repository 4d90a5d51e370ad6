-- Add lines to an edition's full-text index: all of a batch, or nothing.
--
-- Returns 1, or 0: the index is not where the batch begins, since another hub has added to it.

local state_key = KEYS[1]        -- hash: generation and position of the index
local places_key = KEYS[2]       -- hash: flash id -> offset of its first entry
                                 -- the others: postings, one for each of the texts
local generation = ARGV[1]
local before = ARGV[2]           -- position that the index must have
local after = ARGV[3]            -- and has then
local new = tonumber(ARGV[4])    -- lines that are not in it yet: id and place of each follow,
                                 -- then the texts

local state = redis.call('HMGET', state_key, 'generation', 'position')
if state[1] ~= generation or state[2] ~= before then
  return 0
end
for number = 0, new - 1 do
  redis.call('HSET', places_key, ARGV[5 + 2 * number], ARGV[6 + 2 * number])
end
for number = 3, #KEYS do
  redis.call('APPEND', KEYS[number], ARGV[2 + 2 * new + number])
end
redis.call('HSET', state_key, 'position', after)
return 1
