"""Items that are no messages: notes among agents, surveys, and what comes beside a text."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.gateway.domain.files.media import Fit
from services.gateway.storage.files import PostgresFiles
from services.gateway.usecases.file_ports import KeptFile, Quotas
from services.gateway.usecases.ports import AppendRow, Verdict
from shared.contracts.events import Envelope
from shared.contracts.files import MediaType
from shared.contracts.items import Attachment, Content, MessageCreated
from shared.kernel.vocabulary import EventType, ItemKind, Visibility
from shared.kit.new_ids import new_id
from tests.support.clock import START
from tests.support.gateway import (
    ANNA,
    PIOTR,
    SHOP,
    Stores,
    a_message,
    a_routing_event,
    an_answer,
    looking_inside,
)
from tests.support.postgres import TestDatabase

PICTURE = Attachment(
    file_id=UUID(int=0xF1), name="a.png", media_type="image/png", size_bytes=70, width=1, height=1
)


def a_note(conversation_id: UUID, client_id: str = "n1", *, agent_id: UUID = ANNA) -> AppendRow:
    row = an_answer(conversation_id, client_id, "Be kind.", agent_id=agent_id)
    return replace(row, kind=ItemKind.NOTE, visibility=Visibility.AGENTS)


def a_survey(session_id: UUID, conversation_id: UUID, rating: int, client_id: str) -> AppendRow:
    row = replace(a_message(session_id, client_id), text="", conversation_id=conversation_id)
    return replace(row, kind=ItemKind.SURVEY, content=Content(rating=rating))


def ended(conversation_id: UUID) -> Envelope:
    return a_routing_event(conversation_id, 1, EventType.CONVERSATION_ENDED, agent_id=None)


class TestNotes:
    async def test_a_note_takes_a_place_and_needs_no_assignment(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take([a_routing_event(conversation_id, 1)])

        (note,) = await stores.appends.append([a_note(conversation_id, agent_id=PIOTR)])

        assert note.verdict is Verdict.NEW
        assert note.announcement is not None
        assert note.announcement.agent_id == ANNA, "whoever serves it is told"
        body = MessageCreated.model_validate_json(note.announcement.body)
        assert (body.item.kind, body.item.visibility) == (ItemKind.NOTE, Visibility.AGENTS)
        page = await stores.items.page(SHOP, conversation_id, note.seq - 1, 10)
        assert page is not None
        assert page.items == (body.item,)

    async def test_a_note_of_another_shop_finds_no_conversation(self, stores: Stores) -> None:
        theirs = a_note(await stores.conversation())

        (result,) = await stores.appends.append([replace(theirs, shop_id=UUID(int=0x52))])

        assert result.verdict is Verdict.NOT_FOUND

    async def test_a_note_opens_nothing_that_has_ended(self, stores: Stores) -> None:
        conversation_id = await stores.conversation()
        await stores.routing.take([ended(conversation_id)])

        (note,) = await stores.appends.append([a_note(conversation_id)])
        (answer,) = await stores.appends.append([an_answer(conversation_id)])

        assert note.verdict is Verdict.NEW
        assert answer.verdict is not Verdict.NEW


class TestSurveys:
    async def test_a_survey_goes_to_its_conversation_and_begins_none(
        self, stores: Stores, database: TestDatabase
    ) -> None:
        session_id = await stores.session()
        (first,) = await stores.appends.append([a_message(session_id)])
        assert first.conversation_id is not None
        await stores.routing.take([ended(first.conversation_id)])

        survey = a_survey(session_id, first.conversation_id, 4, "s1")
        (rated,) = await stores.appends.append([survey])
        (again,) = await stores.appends.append([survey])

        assert (rated.verdict, rated.conversation_id) == (Verdict.NEW, first.conversation_id)
        assert (again.verdict, again.item_id) == (Verdict.KNOWN, rated.item_id)
        page = await stores.items.page(SHOP, first.conversation_id, rated.seq - 1, 10)
        assert page is not None
        assert (page.items[0].kind, page.items[0].rating) == (ItemKind.SURVEY, 4)
        async with looking_inside(database) as inside:
            count = await inside.fetchval("SELECT count(*) FROM gateway.conversations")
            assert count == 1

    async def test_a_survey_of_somebody_elses_conversation_finds_none(self, stores: Stores) -> None:
        session_id, theirs = await stores.session(), await stores.conversation()
        rows = [a_survey(session_id, theirs, 1, "s1"), a_survey(session_id, new_id(), 1, "s2")]

        results = await stores.appends.append(rows)

        assert [result.verdict for result in results] == [Verdict.NOT_FOUND] * 2


class TestContent:
    async def test_attachments_come_with_the_message_wherever_it_is_told(
        self, stores: Stores
    ) -> None:
        session_id = await stores.session()
        rows = PostgresFiles(stores.database)
        file_id = PICTURE.file_id
        new = KeptFile(file_id, SHOP, session_id, PICTURE.name, PICTURE.media_type, 70)
        await rows.add(new, Quotas(70, 70, 1), START)
        await rows.complete(SHOP, file_id, new.name, b"digest", Fit(MediaType.PNG, 1, 1))
        row = replace(a_message(session_id), content=Content(attachments=(PICTURE,)))

        (result,) = await stores.appends.append([row])

        assert result.announcement is not None
        body = MessageCreated.model_validate_json(result.announcement.body)
        assert body.item.attachments == (PICTURE,)
        assert result.conversation_id is not None
        page = await stores.items.page(SHOP, result.conversation_id, 0, 10)
        assert page is not None
        assert page.items == (body.item,)

    async def test_the_same_client_id_with_another_kind_or_content_is_a_conflict(
        self, stores: Stores
    ) -> None:
        session_id = await stores.session()
        plain = a_message(session_id)
        with_picture = replace(plain, content=Content(attachments=(PICTURE,)))

        (first,) = await stores.appends.append([plain])
        assert first.conversation_id is not None
        survey = replace(plain, conversation_id=first.conversation_id, kind=ItemKind.SURVEY)
        results = await stores.appends.append([with_picture, survey, plain])

        conflict = Verdict.CLIENT_ID_CONFLICT
        assert [one.verdict for one in results] == [conflict, conflict, Verdict.KNOWN]

    async def test_twins_of_one_group_with_other_content_conflict(self, stores: Stores) -> None:
        session_id = await stores.session()
        plain = a_message(session_id)
        with_picture = replace(plain, content=Content(attachments=(PICTURE,)))

        results = await stores.appends.append([plain, with_picture, plain])

        verdicts = [one.verdict for one in results]
        assert verdicts == [Verdict.NEW, Verdict.CLIENT_ID_CONFLICT, Verdict.KNOWN]
