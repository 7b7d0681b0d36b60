"""A row that is made quickly is the one that `dataclasses` makes, and no less immutable."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from services.router.domain.thawing import quickly_made


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row as the library makes it."""

    weight: int
    city: str = "Porto"
    stops: tuple[str, ...] = ()


@quickly_made
@dataclass(frozen=True, slots=True)
class QuickParcel:
    """The same row."""

    weight: int
    city: str = "Porto"
    stops: tuple[str, ...] = ()


def test_it_takes_what_the_other_takes() -> None:
    for given, named in (((3,), {}), ((3, "Faro"), {}), ((), {"city": "Faro", "weight": 3})):
        plain, quick = Parcel(*given, **named), QuickParcel(*given, **named)  # type: ignore[arg-type]
        assert repr(quick) == f"Quick{plain!r}"
        assert hash(quick) == hash(plain)
        assert quick == QuickParcel(*given, **named)  # type: ignore[arg-type]


def test_it_is_of_its_own_class_and_immutable() -> None:
    parcel = QuickParcel(3)
    assert type(parcel) is QuickParcel
    with pytest.raises(FrozenInstanceError):
        parcel.weight = 4  # type: ignore[misc]


def test_what_is_missing_or_too_much_is_refused() -> None:
    with pytest.raises(TypeError, match="weight"):
        QuickParcel()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="haste"):
        QuickParcel(3, haste=1)  # type: ignore[call-arg]


def test_a_field_that_is_made_anew_for_each_row_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Bag:
        things: list[str] = field(default_factory=list)

    with pytest.raises(TypeError, match=r"Bag\.things"):
        quickly_made(Bag)
