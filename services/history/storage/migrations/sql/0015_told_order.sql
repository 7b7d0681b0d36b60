-- One order as it is told, flat; `lines` and `parts` are as they go over the wire, instants are
-- milliseconds. A batch is an array of these: typed once on its way in, where a document was parsed
-- anew by each statement that read it, which was half of what a batch cost.
CREATE TYPE history.told_order AS (
    order_id uuid, -- taken if the order is new
    customer_id uuid, -- taken if the customer is new
    merge_id uuid,
    phone_merge_id uuid,
    platform text,
    reference text,
    number text,
    shop_ref text,
    name text,
    email text,
    phone text,
    city text,
    region text,
    locale text,
    email_key text, -- normalised
    phone_key text, -- normalised
    email_verified boolean,
    phone_verified boolean,
    status text,
    placed_at bigint,
    updated_at bigint,
    promised_at bigint,
    delivered_at bigint,
    currency text,
    total_minor bigint,
    refunded_minor bigint,
    returned_at bigint,
    note text,
    review_score smallint,
    review_text text,
    cart_reference text,
    lines jsonb,
    parts jsonb,
    digest bytea
)
