"""What a site may say of itself."""

from __future__ import annotations

import pytest

from services.gateway.domain.site_rules import contrast, normal_languages, normal_origins


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["*"], ("*",)),
        (["https://Shop.Example"], ("https://shop.example",)),
        (["https://shop.example:443"], ("https://shop.example",)),
        (["https://shop.example:8443"], ("https://shop.example:8443",)),
        (["https://a.example", "https://a.example"], ("https://a.example",)),
        (["https://xn--bcher-kva.example"], ("https://xn--bcher-kva.example",)),
        (["http://localhost:3000"], ("http://localhost:3000",)),
        (["http://127.0.0.1:80"], ("http://127.0.0.1",)),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(said: list[str], kept: tuple[str, ...]) -> None:
    assert normal_origins(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        ["https://shop.example/"],
        ["https://shop.example/page"],
        ["https://shop.example?x"],
        ["https://user@shop.example"],
        ["https://shop.example:0"],
        ["https://shop.example:65536"],
        ["https://-shop.example"],
        ["https://shop..example"],
        ["https://bücher.example"],
        ["https://shop.example\n"],
        ["https://"],
        ["http://shop.example"],
        ["ftp://shop.example"],
        ["shop.example"],
        ["*", "https://shop.example"],
        ["https://*.shop.example"],
        ["null"],
        [""],
    ],
)
def test_what_no_browser_sends_or_nobody_should_trust_is_none(said: list[str]) -> None:
    assert normal_origins(said) is None


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#FFFFFF", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ffffff", "#0a7d55", 5.15),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("en", "en"),
        ("PT-br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("zh-yue-hk", "zh-yue-HK"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("de-ch-1996", "de-CH-1996"),
        ("en-u-ca-buddhist-x-shop", "en-u-ca-buddhist-x-shop"),
    ],
)
def test_a_language_is_kept_in_its_usual_spelling(said: str, kept: str) -> None:
    assert normal_languages([said, kept]) == (kept,)


@pytest.mark.parametrize("said", ["", "e", "english!", "en_US", "en-", "-en", "en-a", "de--CH"])
def test_what_is_no_language_tag_is_none(said: str) -> None:
    assert normal_languages(["en", said]) is None
