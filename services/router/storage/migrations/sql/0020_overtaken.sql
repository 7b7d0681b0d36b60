-- How many who were not late were served while it was the first of the late.
ALTER TABLE router.conversations ADD COLUMN overtaken int
