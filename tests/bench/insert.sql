insert into bare (room, body) values ('room', repeat('.', 100));
