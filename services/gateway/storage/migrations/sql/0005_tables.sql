-- What an item holds beside its text, in the words of the wire: attachments, a survey's rating.
ALTER TABLE gateway.items ADD COLUMN content jsonb;
