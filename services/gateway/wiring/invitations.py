"""Composes the gateway's invitations: who may be invited, the desk that does it, the counts."""

from __future__ import annotations

from fastapi import APIRouter

from services.gateway.api.sites import invitation_routes
from services.gateway.storage.invitations import PostgresInvitations
from services.gateway.usecases.count_invitations import CountInvitations
from services.gateway.usecases.greet import KnowHours
from services.gateway.usecases.invite import Invitations
from services.gateway.usecases.know_free_agents import FreeAgentsBook
from services.gateway.usecases.manage_sites import ManageSites
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.database import Database
from shared.kit.new_ids import new_id


class InvitationParts:
    """What the gateway has of invitations.

    Attributes:
        free_agents: in which shops somebody is free.
        desk: every connection's way to its invitations.
    """

    def __init__(self, database: Database, clock: Clock, hours: KnowHours) -> None:
        self._store, self._clock = PostgresInvitations(database), clock
        self.free_agents = FreeAgentsBook(clock)
        self.desk = Invitations(
            self._store, clock, is_free=self.free_agents.is_free, hours=hours, new_id=new_id
        )

    def routes(self, manage: ManageSites, callers: Callers) -> APIRouter:
        """Return the endpoint that tells what came of a site's invitations."""
        return invitation_routes(
            manage, CountInvitations(manage.show, self._store, self._clock), callers
        )
