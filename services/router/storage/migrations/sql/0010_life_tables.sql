ALTER TABLE router.conversations
    -- From then on everyone free is asked.
    ADD COLUMN everyone_at timestamptz,
    -- When it was told that the answer is at risk, or was missed.
    ADD COLUMN risk_told_at timestamptz,
    ADD COLUMN miss_told_at timestamptz,
    -- How often it was passed on.
    ADD COLUMN transfers int NOT NULL DEFAULT 0,
    -- When it was last passed on or re-opened after an answer, and how long the next one took.
    ADD COLUMN again_from timestamptz,
    ADD COLUMN again_response_ms bigint;

-- Taken by hand, taken over or passed on: nobody was asked.
ALTER TABLE router.assignments ALTER COLUMN offer_id DROP NOT NULL;
