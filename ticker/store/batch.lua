-- Several versions of flashes of one edition, one after the other by `append` (wire.lua), in one call.
--
-- Returns the first word of what each returned. A fault ends it: what comes behind is not done.

local keys_each, arguments_each = tonumber(ARGV[1]), tonumber(ARGV[2])
local done = {}
for number = 0, #KEYS / keys_each - 1 do
  local keys, arguments = {}, {}
  for place = 1, keys_each do
    keys[place] = KEYS[number * keys_each + place]
  end
  for place = 1, arguments_each do
    arguments[place] = ARGV[2 + number * arguments_each + place]
  end
  done[number + 1] = append(keys, arguments)[1]
end
return done
