-- Take units from windows that move with time: from all of them, or from none.
--
-- KEYS: one list per window, the time of each unit in it, newest first.
-- ARGV: for each window its limit, its length, and the units to take, which are at most the limit.
-- Answers, joined by spaces: the place of the window that has to wait longest or 0, for how long, and for each
-- window the units in it and the time until the oldest one leaves.
-- Times are in microseconds, by the clock of this server: the clocks of those who ask do not matter.

local call = redis.call
local moment = call('TIME')
local now = moment[1] * 1000000 + moment[2]
local refused, wait, answer = 0, 0, ''
local used, left = {}, {}

for place, key in ipairs(KEYS) do
  local limit, cost = tonumber(ARGV[place * 3 - 2]), tonumber(ARGV[place * 3])
  local horizon, count = now - ARGV[place * 3 - 1], 0
  local oldest = tonumber(call('LINDEX', key, -1) or nil)
  if oldest and oldest <= horizon then
    -- The list is sorted: what has left the window begins at a place that is found by halving.
    local low, high = 0, call('LLEN', key) - 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if tonumber(call('LINDEX', key, middle)) <= horizon then high = middle else low = middle + 1 end
    end
    if low == 0 then call('DEL', key) else call('LTRIM', key, 0, low - 1) end
    oldest = tonumber(call('LINDEX', key, -1) or nil)
  end
  if oldest then count = call('LLEN', key) end
  if count + cost > limit then
    local leaving = tonumber(call('LINDEX', key, limit - cost) or nil) or now
    if leaving - horizon > wait then refused, wait = place, leaving - horizon end
  end
  used[place], left[place] = count, (oldest or now) - horizon
end

for place, key in ipairs(KEYS) do
  if refused == 0 then
    for _ = 1, ARGV[place * 3] do call('LPUSH', key, now) end
    call('PEXPIRE', key, math.ceil(ARGV[place * 3 - 1] / 1000))
    used[place] = used[place] + ARGV[place * 3]
  end
  answer = answer .. ' ' .. used[place] .. ' ' .. (used[place] > 0 and left[place] or 0)
end
return refused .. ' ' .. wait .. answer
