"""What reports ask the tables; the clock of a conversation is `coalesce(clock_at, started_at)`.

All of them look only at conversations whose clock started in the span: there is an index on it.
"""

from __future__ import annotations

from typing import Final

_COUNTED: Final = """
    counted AS (
        SELECT c.shop_id, c.id, c.first_response_ms, c.queue_wait_ms,
            coalesce(c.clock_at, c.started_at) AS clock_from,
            c.clock_at IS NOT NULL AS began_closed,
            CASE
                WHEN c.first_response_ms <= :target THEN 'within'
                WHEN c.first_response_ms IS NOT NULL THEN 'late'
                WHEN coalesce(c.ended_at, :now) - coalesce(c.clock_at, c.started_at)
                    >= CAST(:target AS int) * interval '1 millisecond'
                    THEN CASE WHEN c.ended_at IS NULL THEN 'overdue' ELSE 'abandoned' END
                WHEN c.ended_at IS NULL THEN 'waiting'
                ELSE 'short_abandoned'
            END AS outcome
        FROM router.conversations c
        WHERE c.shop_id = :shop_id AND c.kind IS NULL
            AND coalesce(c.clock_at, c.started_at) >= :from
            AND coalesce(c.clock_at, c.started_at) < :to
    )
"""
"""Whoever waits for an opening that is still to come is outside of every span up to now."""

_MISSED: Final = "('late', 'abandoned', 'overdue')"


def _spread(name: str, value: str) -> str:
    shares = "ARRAY[0.5, 0.8, 0.9, 0.99]"
    return f"percentile_disc({shares}) WITHIN GROUP (ORDER BY {value}) AS {name}"


_MS: Final = "CAST(extract(epoch FROM {}) * 1000 AS bigint)"

_LASTED: Final = _MS.format("c.ended_at - coalesce(c.clock_at, c.started_at)")

RECORDED: Final = f"""
    SELECT c.id, coalesce(c.clock_at, c.started_at) AS asked_at, c.channel,
        coalesce(c.first_response_ms, greatest({_LASTED}, 0)) AS waited_ms,
        CASE WHEN c.first_response_ms IS NOT NULL
            THEN greatest({_LASTED} - c.first_response_ms, 0) END AS handle_ms
    FROM router.conversations c
    WHERE c.shop_id = :shop_id AND c.kind IS NULL AND c.ended_at IS NOT NULL
        AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
        AND coalesce(c.clock_at, c.started_at) >= :from
        AND coalesce(c.clock_at, c.started_at) < :to
    ORDER BY c.id LIMIT :limit
"""  # noqa: S608  literals of ours

FIRST_RESPONSES: Final = f"""
    WITH {_COUNTED}
    SELECT began_closed,
        count(*) FILTER (WHERE first_response_ms IS NOT NULL) AS answered,
        count(*) FILTER (WHERE outcome = 'within') AS within_target,
        count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE outcome = 'overdue') AS overdue,
        count(*) FILTER (WHERE outcome = 'short_abandoned') AS short_abandoned,
        count(*) FILTER (WHERE outcome = 'waiting') AS waiting,
        {_spread("first_response", "first_response_ms")},
        {_spread("queue_wait", "queue_wait_ms")},
        {_spread("notice", _MS.format("taken.ended_at - taken.created_at"))},
        {_spread("compose", "greatest(first_response_ms - queue_wait_ms, 0)")}
    FROM counted LEFT JOIN LATERAL (
        SELECT o.created_at, o.ended_at FROM router.offers o
        WHERE o.shop_id = counted.shop_id AND o.conversation_id = counted.id
            AND o.status = 'accepted'
        ORDER BY o.ended_at LIMIT 1
    ) taken ON true
    GROUP BY began_closed
"""  # noqa: S608  literals of ours

HOURS: Final = f"""
    WITH {_COUNTED}
    SELECT date_trunc('hour', clock_from, 'UTC') AS starts_at,
        count(*) FILTER (WHERE outcome = 'within') AS within_target, count(*) AS counted
    FROM counted
    WHERE NOT began_closed AND outcome IN ('within', 'late', 'abandoned', 'overdue')
    GROUP BY 1 ORDER BY 1
"""  # noqa: S608

MISSES: Final = f"""
    WITH {_COUNTED},
    missed AS (SELECT * FROM counted WHERE outcome IN {_MISSED}
        ORDER BY clock_from DESC LIMIT :limit)
    SELECT clock_from, began_closed,
        ARRAY(SELECT ROW(o.created_at, o.ended_at, o.seen_at) FROM router.offers o
            WHERE o.shop_id = missed.shop_id AND o.conversation_id = missed.id) AS offers,
        ARRAY(SELECT ROW(a.started_at, a.ended_at) FROM router.assignments a
            WHERE a.shop_id = missed.shop_id AND a.conversation_id = missed.id) AS assignments
    FROM missed
"""  # noqa: S608

AGENTS: Final = f"""
    SELECT a.id, a.name, asked.*, served.*, coalesce(here.capacity_ms, 0) AS capacity_ms
    FROM router.agents a
    CROSS JOIN LATERAL (
        SELECT count(*) AS offered,
            count(*) FILTER (WHERE o.status = 'accepted') AS accepted,
            count(*) FILTER (WHERE o.status = 'declined') AS declined,
            count(*) FILTER (WHERE o.status = 'expired') AS expired,
            count(*) FILTER (WHERE o.status = 'rescinded') AS rescinded,
            percentile_disc(ARRAY[0.5, 0.8, 0.9, 0.99]) WITHIN GROUP
                (ORDER BY {_MS.format("o.ended_at - o.created_at")})
                FILTER (WHERE o.status = 'accepted') AS notice
        FROM router.offers o
        WHERE o.shop_id = a.shop_id AND o.agent_id = a.id
            AND o.created_at >= :from AND o.created_at < :to
    ) asked
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE s.started_at >= :from) AS assignments,
            {_spread("handle", _MS.format("s.ended_at - s.started_at"))},
            percentile_disc(ARRAY[0.5, 0.8, 0.9, 0.99]) WITHIN GROUP
                (ORDER BY greatest(c.first_response_ms - c.queue_wait_ms, 0))
                FILTER (WHERE s.version = 1 AND c.kind IS NULL) AS compose,
            coalesce(sum(s.weight * {_MS.format("least(coalesce(s.ended_at, :now), :to) - greatest(s.started_at, :from)")}), 0) AS load_ms
        FROM router.assignments s
        JOIN router.conversations c ON c.shop_id = s.shop_id AND c.id = s.conversation_id
        WHERE s.shop_id = a.shop_id AND s.agent_id = a.id
            AND s.started_at < :to AND coalesce(s.ended_at, :now) > :from
    ) served
    LEFT JOIN LATERAL (
        SELECT sum(t.capacity * {_MS.format("least(t.until, :to, :now) - greatest(t.at, :from)")}) AS capacity_ms
        FROM (
            SELECT h.at, h.status, h.connected, h.capacity,
                lead(h.at, 1, 'infinity') OVER (ORDER BY h.at, h.id) AS until
            FROM router.agent_standings h WHERE h.shop_id = a.shop_id AND h.agent_id = a.id
        ) t
        WHERE t.status = 'available' AND t.connected
            AND t.at < least(:to, :now) AND t.until > :from
    ) here ON true
    WHERE a.shop_id = :shop_id
    ORDER BY a.name, a.id
"""  # noqa: S608, E501  a span is cut in one line

TARGET: Final = """
    SELECT first_response_target_ms FROM router.queues WHERE shop_id = :shop_id AND is_default
"""

WAITS: Final = """
    WITH told AS (
        SELECT t.low_ms, t.high_ms,
            c.first_response_ms - CAST(extract(epoch FROM
                t.told_at - coalesce(c.clock_at, c.started_at)) * 1000 AS bigint) AS took_ms,
            CAST(extract(epoch FROM coalesce(c.ended_at, :now) - t.told_at) * 1000 AS bigint)
                AS lasted_ms
        FROM router.told_waits t
        JOIN router.conversations c ON c.shop_id = t.shop_id AND c.id = t.conversation_id
        WHERE t.shop_id = :shop_id AND t.told_at >= :from AND t.told_at < :to
    )
    SELECT count(*) AS told,
        count(*) FILTER (WHERE low_ms IS NULL) AS without_range,
        count(*) FILTER (WHERE took_ms BETWEEN low_ms AND high_ms) AS within,
        count(*) FILTER (WHERE took_ms < low_ms) AS sooner,
        count(*) FILTER (WHERE coalesce(took_ms, lasted_ms) > high_ms) AS later
    FROM told
    """
