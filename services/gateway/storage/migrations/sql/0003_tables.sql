ALTER TABLE gateway.sites
    -- {"accent": "#rrggbb", "text": "#rrggbb"}; null: the widget's own.
    ADD COLUMN colours jsonb,
    ADD COLUMN languages text[] NOT NULL DEFAULT '{}',
    ADD COLUMN closed_at timestamptz,
    -- What was in force before the last rotation, and until when it still is.
    ADD COLUMN old_key text,
    ADD COLUMN old_key_until timestamptz,
    ADD COLUMN old_secret text,
    ADD COLUMN old_secret_until timestamptz,
    ADD CHECK ((old_key IS NULL) = (old_key_until IS NULL)),
    ADD CHECK ((old_secret IS NULL) = (old_secret_until IS NULL));
