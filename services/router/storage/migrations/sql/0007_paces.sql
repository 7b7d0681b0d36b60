-- How fast a team and its agents answer, learnt from each offer's fate; see domain/paces.py. All
-- figures are thousandths of an offer.
CREATE TABLE router.team_paces (
    shop_id uuid NOT NULL REFERENCES router.shops,
    channel text NOT NULL,
    load_band int NOT NULL,
    -- One figure for each bucket of time.
    answered int[] NOT NULL,
    at_risk int[] NOT NULL,
    PRIMARY KEY (shop_id, channel, load_band)
) WITH (fillfactor = 50);

CREATE TABLE router.agent_paces (
    shop_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    channel text NOT NULL,
    -- One figure for each load band.
    answered int[] NOT NULL,
    expected int[] NOT NULL,
    PRIMARY KEY (shop_id, agent_id, channel),
    FOREIGN KEY (shop_id, agent_id) REFERENCES router.agents
) WITH (fillfactor = 50);

ALTER TABLE router.offers
    -- What the agent held when it was made.
    ADD COLUMN load int NOT NULL DEFAULT 0,
    -- The predicted chance that the agent would answer in time; null before there was one.
    ADD COLUMN chance_permille int;

ALTER TABLE router.assignments
    -- Of the offer that became it; null when it came without one.
    ADD COLUMN offered_at timestamptz,
    ADD COLUMN offered_load int NOT NULL DEFAULT 0;
