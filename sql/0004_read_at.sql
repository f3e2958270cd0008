-- The partner of a private chat sees when a read mark moves, and nothing else of what a member does for itself.
set local search_path = driftline;

alter table member add column read_at timestamptz;      -- when read_seq moved last; kept in private chats
