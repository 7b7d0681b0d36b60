"""What a file is, its bytes say; nothing that could run or burst is kept (LESSONS 29)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings, strategies as st

from services.gateway.domain.files.archives import DIRECTORY_MAX, ENTRIES_MAX, RATIO_FREE
from services.gateway.domain.files.inspection import inspect
from services.gateway.domain.files.media import OTHER_TYPE, TOO_LARGE_INSIDE, Fit, Unfit
from services.gateway.domain.files.pictures import PIXELS_MAX, STEPS_MAX
from services.gateway.domain.files.texts import PIECE
from shared.contracts.files import MediaType
from tests.support.sample_files import (
    GIF_1X1,
    HTML,
    PDF,
    SVG,
    a_docx,
    a_jpeg,
    a_png,
    a_webp,
    an_archive,
    an_xlsx,
    read_at_of,
)

GOOD = {
    "png": (a_png(), Fit(MediaType.PNG, 3, 2)),
    "jpeg": (a_jpeg(), Fit(MediaType.JPEG, 3, 2)),
    "jpeg with fill bytes": (a_jpeg(before=b"\xff\xff"), Fit(MediaType.JPEG, 3, 2)),
    "jpeg with a bare marker": (a_jpeg(before=b"\xff\x01"), Fit(MediaType.JPEG, 3, 2)),
    "gif": (GIF_1X1, Fit(MediaType.GIF, 1, 1)),
    "webp lossy": (a_webp(b"VP8 "), Fit(MediaType.WEBP, 3, 2)),
    "webp lossless": (a_webp(b"VP8L"), Fit(MediaType.WEBP, 3, 2)),
    "webp extended": (a_webp(b"VP8X"), Fit(MediaType.WEBP, 3, 2)),
    "pdf": (PDF, Fit(MediaType.PDF)),
    "docx": (a_docx(), Fit(MediaType.DOCX)),
    "xlsx": (an_xlsx(), Fit(MediaType.XLSX)),
    "text": ("Grüße \N{TEAPOT}\n\tund\x1b".encode(), Fit(MediaType.TEXT)),
    "text with a mark of its order": ("\ufeffa;b".encode(), Fit(MediaType.TEXT)),
}
GIF_HEAD = b"GIF89a" + struct.pack("<2H", 4, 4) + b"\0\0\0"
END = a_docx().rfind(b"PK\x05\x06")


def judged(data: bytes, name: str = "a") -> Fit | Unfit:
    return inspect(read_at_of(data), len(data), name)


def patched(data: bytes, place: int, more: bytes) -> bytes:
    return data[:place] + more + data[place + len(more) :]


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_file_is_known_by_its_bytes(kind: str) -> None:
    data, fit = GOOD[kind]

    assert judged(data, "invoice.exe") == fit


def test_a_text_is_a_table_when_its_sender_calls_it_one() -> None:
    assert judged(b"sku,pieces\n", "Orders.CSV") == Fit(MediaType.CSV)


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        HTML,
        b"\xef\xbb\xbf \n" + SVG,
        b"</b>",
        b"",
        b"MZ\x90\0",
        b"\xff\xfeH\0i\0",
        b"a\0b",
        b"bell\x07",
        b"x" * (PIECE - 1) + b"\xc3",
        b"x" * (PIECE + 7) + b"\0",
    ],
    ids=repr,
)
def test_what_is_no_plain_text_is_refused(data: bytes) -> None:
    """A page, a drawing, a program, UTF-16, controls, half a character (CVE-2026-24399)."""
    assert judged(data) == OTHER_TYPE


def test_a_character_may_stand_across_two_pieces() -> None:
    assert judged(b"x" * (PIECE - 1) + "é".encode()) == Fit(MediaType.TEXT)


class TestPictures:
    def test_a_picture_is_refused_when_its_header_claims_too_many_pixels(self) -> None:
        """A decompression bomb: some bytes that decode to gigabytes."""
        bombs = [
            a_png(claims=(100_000, 100_000)),
            a_jpeg(65_500, 65_500),
            a_webp(b"VP8X", 1 << 24, 1 << 24),
            a_webp(b"VP8L", 1 << 14, 1 << 14),
            a_webp(b"VP8 ", 16_383, 16_383),
            patched(GIF_1X1, 6, b"\xff\xff\xff\xff"),
        ]

        assert [judged(bomb) for bomb in bombs] == [TOO_LARGE_INSIDE] * len(bombs)

    def test_as_many_pixels_as_are_allowed_are_taken(self) -> None:
        assert judged(a_png(claims=(8_000, PIXELS_MAX // 8_000))) == Fit(
            MediaType.PNG, 8_000, 8_000
        )

    def test_a_gif_is_as_large_as_its_first_picture_makes_it(self) -> None:
        picture = b"," + struct.pack("<4H", 0, 0, 60_000, 60_000) + b"\0"

        assert judged(GIF_HEAD + picture) == TOO_LARGE_INSIDE

    def test_a_gif_may_have_colours_and_remarks_before_its_picture(self) -> None:
        head = GIF_HEAD[:10] + b"\x81\0\0" + b"\0" * 12
        remark = b"!\xfe\x02hi\x00"
        picture = b"," + struct.pack("<4H", 1, 0, 4, 4) + b"\0"

        assert judged(head + remark + picture) == Fit(MediaType.GIF, 5, 4)

    @pytest.mark.parametrize(
        "data",
        [
            a_png(claims=(0, 5)),
            a_png()[:20],
            patched(a_png(), 12, b"IDAT"),
            b"\xff\xd8\xff",
            a_jpeg(5, 0),
            a_jpeg(before=b"\xff\xd9"),
            a_jpeg(before=b"\xff\xff" * STEPS_MAX),
            a_jpeg(before=b"\xff\xfe\x00\x05only"),
            GIF_1X1[:12],
            GIF_1X1[:20],
            GIF_HEAD + b";",
            GIF_HEAD + b"!\xfe\x00" * 51,
            GIF_HEAD + b"!\xfe" + b"\x01a" * 1_100,
            GIF_HEAD + b"!\xfe\x05abc",
            a_webp(b"VP8 ")[:25],
            patched(a_webp(b"VP8 "), 23, b"abc"),
            patched(a_webp(b"VP8L"), 20, b"a"),
            a_webp(b"ANIM"),
        ],
        ids=lambda data: repr(data[:24]),
    )
    def test_a_picture_without_a_size_is_none(self, data: bytes) -> None:
        assert judged(data) == OTHER_TYPE


class TestDocuments:
    def test_an_archive_that_is_no_document_is_refused(self) -> None:
        types = {"[Content_Types].xml": b"<Types/>"}
        archives = [
            an_archive({"a.txt": b"a"}),
            an_archive(types),
            an_archive({"word/document.xml": b"<w/>"}),
            a_docx({"word/vbaProject.bin": b"macro"}),
        ]

        assert [judged(one) for one in archives] == [OTHER_TYPE] * len(archives)

    def test_an_archive_is_refused_when_it_would_unpack_to_too_much(self) -> None:
        """42.zip and its like: ratio, whole, number of parts, one part told of many times."""
        grows = a_docx({"word/media/a.bmp": b"\0" * (RATIO_FREE + 1)})
        entry = a_docx().find(b"PK\x01\x02")
        whole = patched(a_docx(), entry + 24, struct.pack("<I", 1 << 30))
        overlapping = patched(a_docx(), entry + 20, struct.pack("<I", 1 << 20))
        many = patched(a_docx(), END + 8, struct.pack("<2H", ENTRIES_MAX + 1, ENTRIES_MAX + 1))

        judgements = [judged(one) for one in (grows, whole, overlapping, many)]

        assert judgements == [TOO_LARGE_INSIDE] * 4

    def test_an_archive_with_a_directory_without_end_is_refused(self) -> None:
        long = b"PK\x03\x04" + b"\0" * (DIRECTORY_MAX + 1)
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, DIRECTORY_MAX + 1, 0, 0)

        assert judged(long + end) == TOO_LARGE_INSIDE

    @pytest.mark.parametrize(
        ("place", "more"),
        [
            (END, b"XX"),
            (END + 4, b"\1\0"),
            (END + 6, b"\1\0"),
            (END + 8, b"\1\0"),
            (END + 12, b"\xff\xff\xff\xff"),
            (END + 16, b"\xff\xff\xff\xff"),
            (END + 20, b"\1\0"),
            (END + 8, struct.pack("<2H", 3, 3)),
            (END + 16, b"\0\0\0\0"),
            (a_docx().find(b"PK\x01\x02") + 8, b"\1\0"),
        ],
    )
    def test_an_archive_that_is_broken_locked_or_cut_up_is_refused(
        self, place: int, more: bytes
    ) -> None:
        assert judged(patched(a_docx(), place, more)) == OTHER_TYPE

    def test_an_archive_that_ends_early_is_refused(self) -> None:
        assert judged(a_docx()[: END + 10]) == OTHER_TYPE


SAMPLES = [data for data, _ in GOOD.values()]


class TestWhateverComes:
    @settings(max_examples=150)
    @given(st.sampled_from(SAMPLES), st.data())
    def test_a_file_cut_off_or_spoilt_is_judged_and_nothing_is_raised(
        self, sample: bytes, data: st.DataObject
    ) -> None:
        cut = sample[: data.draw(st.integers(0, len(sample)))]
        for _ in range(data.draw(st.integers(0, 4))):
            place = data.draw(st.integers(0, max(0, len(cut) - 1)))
            cut = patched(cut, place, data.draw(st.binary(min_size=1, max_size=4)))

        verdict = judged(cut)

        assert isinstance(verdict, Fit | Unfit)
        if isinstance(verdict, Fit) and verdict.width is not None and verdict.height is not None:
            assert 0 < verdict.width * verdict.height <= PIXELS_MAX

    @settings(max_examples=100)
    @given(st.sampled_from([sample[:4] for sample in SAMPLES]), st.binary(max_size=300))
    def test_any_bytes_behind_a_true_beginning_are_judged(self, head: bytes, rest: bytes) -> None:
        assert isinstance(judged(head + rest), Fit | Unfit)
