-- Forced row security hides every row from the owner, too: it is lifted for what was there before.
ALTER TABLE history.orders NO FORCE ROW LEVEL SECURITY;

ALTER TABLE history.contacts NO FORCE ROW LEVEL SECURITY;

ALTER TABLE history.searchable NO FORCE ROW LEVEL SECURITY;

UPDATE history.contacts SET id = id;

UPDATE history.orders SET id = id;

ALTER TABLE history.orders FORCE ROW LEVEL SECURITY;

ALTER TABLE history.contacts FORCE ROW LEVEL SECURITY;

ALTER TABLE history.searchable FORCE ROW LEVEL SECURITY;
