"""Which user the server runs as."""

from __future__ import annotations

import pytest

from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.identity import NAMESPACE, NOBODY, Owner, choose_identity
from shared.kit.postgres.spawning import Identity

ROOT, ALICE, BOB = Owner(0, 0), Owner(1000, 1000), Owner(1001, 100)
AS_NOBODY = Identity(NOBODY, NOBODY, switch=True)
AS_BOB = Identity(1001, 100, switch=True)


def choose(
    me: Owner,
    data: Owner | None = None,
    home: Owner = ROOT,
    out_of_reach: tuple[Identity, ...] = (),
) -> Identity:
    return choose_identity(
        me, data=data, home=home, can_run=lambda identity: identity not in out_of_reach
    )


class TestAnOrdinaryUser:
    def test_runs_as_itself_at_the_first_start(self) -> None:
        assert choose(ALICE) == Identity(1000, 1000)

    def test_runs_as_itself_on_its_own_folder(self) -> None:
        assert choose(ALICE, data=ALICE) == Identity(1000, 1000)

    @pytest.mark.parametrize("owner", [ROOT, BOB])
    def test_is_refused_on_the_folder_of_another(self, owner: Owner) -> None:
        with pytest.raises(LauncherError, match=f"belongs to uid {owner.uid}"):
            choose(ALICE, data=owner)


class TestRoot:
    def test_becomes_nobody_at_the_first_start(self) -> None:
        assert choose(ROOT) == AS_NOBODY

    def test_enters_a_namespace_when_nobody_reaches_too_little(self) -> None:
        assert choose(ROOT, out_of_reach=(AS_NOBODY,)) == NAMESPACE

    def test_becomes_the_owner_of_the_home_when_neither_gets_in(self) -> None:
        assert choose(ROOT, home=BOB, out_of_reach=(AS_NOBODY, NAMESPACE)) == AS_BOB

    def test_is_refused_when_no_user_gets_in(self) -> None:
        with pytest.raises(LauncherError, match="any user but root"):
            choose(ROOT, out_of_reach=(AS_NOBODY, NAMESPACE))

    def test_follows_the_owner_of_the_folder(self) -> None:
        assert choose(ROOT, data=BOB) == AS_BOB

    def test_enters_a_namespace_when_the_folder_is_its_own(self) -> None:
        assert choose(ROOT, data=ROOT) == NAMESPACE

    def test_is_refused_when_the_owner_of_the_folder_does_not_get_in(self) -> None:
        with pytest.raises(LauncherError, match="uid 1001"):
            choose(ROOT, data=BOB, out_of_reach=(AS_BOB,))

    def test_is_told_to_give_its_folder_away_where_there_are_no_namespaces(self) -> None:
        with pytest.raises(LauncherError, match="chown"):
            choose(ROOT, data=ROOT, out_of_reach=(NAMESPACE,))
