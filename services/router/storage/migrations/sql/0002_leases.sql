-- Until when a lease lives, by this server's clock. One taken by a release that knew no expiry is
-- over: whoever asks next may take it, as has been so.
ALTER TABLE router.leases ADD COLUMN expires_at timestamptz NOT NULL DEFAULT '-infinity';

-- The sweep role renews and releases leases of many shops in one statement; it can take none.
GRANT UPDATE (expires_at) ON router.leases TO firstreply_router_sweep;
