"""The statements that fill history's tables, by what each makes; their values come from outside."""

from __future__ import annotations

STATEMENTS = {
    "customers": """
        INSERT INTO history.customers (
            shop_id, id, name, email, phone, city, region, locale, since, profile_at
        )
        SELECT {own_shop}, {own_id}, 'Anna Kos ' || n, 'anna' || n || '@mail.example',
            '+31 6 ' || n, 'Delft', 'ZH', 'nl-NL', '2024-11-26', '2026-11-26'
        FROM generate_series(0::bigint, {customers} - 1) n
    """,
    "identities": """
        INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
        SELECT {own_shop}, t.kind, t.value, {own_id}, true
        FROM generate_series(0::bigint, {customers} - 1) n
        CROSS JOIN LATERAL (
            VALUES ('shop_customer', 'c' || n), ('email', 'anna' || n || '@mail.example')
        ) AS t(kind, value)
    """,
    "mentions": """
        INSERT INTO history.mentions (shop_id, kind, value, customer_id)
        SELECT shop_id, 'email', email, id FROM history.customers
    """,
    "products": """
        INSERT INTO history.products (shop_id, platform, reference, title, picture_url, digest)
        SELECT {each_shop}, 'bench', 'P-' || n, 'Kettle ' || n,
            'https://shop.example/' || n || '.jpg', '\\x00'
        FROM generate_series(0, 4999) n, generate_series(0::bigint, {shops} - 1) k
    """,
    "pairs of products": """
        INSERT INTO history.bought_together (
            shop_id, product_ref, other_ref, title, together, support, lift
        )
        SELECT {each_shop}, 'P-' || n, 'P-' || (n + step * 17) % 5000, 'Kettle', 10 + step,
            0.01, 1.5
        FROM generate_series(0, 4999) n, generate_series(1, 5) step,
            generate_series(0::bigint, {shops} - 1) k
    """,
    "orders": """
        INSERT INTO history.orders (
            shop_id, id, customer_id, platform, reference, number, status, placed_at, updated_at,
            promised_at, delivered_at, currency, total_minor, refunded_minor, note, lines, parts,
            digest
        )
        SELECT {shop}, {order_id}, {whose}, 'bench', 'G' || s.n, '#' || s.n,
            CASE WHEN s.n % 50 = 0 THEN 'shipped' ELSE 'delivered' END, t.at, t.at,
            t.at + interval '4 days',
            CASE WHEN s.n % 50 = 0 THEN NULL ELSE t.at + interval '3 days' END,
            'EUR', 1000 + s.n % 20000, 0, CASE WHEN s.n % 10 = 0 THEN p.said END, p.lines, p.parts,
            sha256(int8send(s.n))
        FROM generate_series(0::bigint, {orders} - 1) AS s(n)
        CROSS JOIN LATERAL (SELECT {ordered} AS at) t {pool}
    """,
    "contacts": """
        INSERT INTO history.contacts (
            shop_id, id, conversation_id, customer_id, channel, started_at, ended_at, end_reason,
            agent_name, first_response_ms, message_count, first_words, last_words
        )
        SELECT {shop}, {contact_id}, {contact_id}, {whose}, 'chat', t.at - interval '5 minutes',
            t.at, 'closed_by_agent', 'Piotr', 4000 + s.n % 9000, 7, p.said, 'It comes tomorrow.'
        FROM generate_series(0::bigint, {contacts} - 1) AS s(n)
        CROSS JOIN LATERAL (SELECT {met} AS at) t {pool}
    """,
    "words of orders": """
        INSERT INTO history.searchable (shop_id, kind, id, at, words)
        SELECT {shop}, 'order', {order_id}, {ordered},
            history.tagged({shop}, p.title_words || array_to_tsvector(ARRAY['g' || s.n]))
        FROM generate_series(0::bigint, {orders} - 1) AS s(n) {pool}
    """,
    "words of contacts": """
        INSERT INTO history.searchable (shop_id, kind, id, at, words, text)
        SELECT {shop}, 'contact', {contact_id}, {met},
            history.tagged({shop}, p.words), p.plain
        FROM generate_series(0::bigint, {contacts} - 1) AS s(n) {pool}
    """,
}
