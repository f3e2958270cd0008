-- A line that waits for a moderator goes with the stay in which it was sent (sql/functions/words.sql); those of stays that have
-- ended already go here.
delete from driftline.held h
 where h.refused_at is null and not exists (select from driftline.stay s where s.member = h.member and s.to_seq is null);
