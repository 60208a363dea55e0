"""Codes: what a scan says, for every code that was ever shown and every change of it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from vetgrid.offers import rules, signing
from vetgrid.offers.rules import CodeBody

COUNTY = signing.own_county()
bodies = some.builds(CodeBody, some.just(COUNTY), some.integers(0, 36**7 - 1), some.integers(0, 2**63 - 1))


@given(bodies)
def test_a_code_reads_back_as_what_was_signed(body):
    read = rules.read_code(signing.signed(body))
    assert read is not None and read[0] == body


@given(bodies)
def test_a_code_is_good_in_its_own_half_minute_and_expired_before_and_after(body):
    text, begins = signing.signed(body), body.step * rules.STEP
    assert signing.check(text, at=begins + 1) == signing.Checked("", body.opaque)
    assert signing.check(text, at=begins + 29.9).verdict == ""
    assert signing.check(text, at=begins + 90).verdict == "expired"
    assert signing.check(text, at=begins - 60).verdict == "expired"


@given(bodies, some.data())
@settings(max_examples=300)
def test_whatever_one_character_is_changed_the_code_is_never_taken(body, data):
    text = signing.signed(body)
    at = data.draw(some.integers(0, len(text) - 1))
    other = data.draw(some.sampled_from([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-" if c != text[at]]))
    changed = text[:at] + other + text[at + 1 :]
    assert signing.check(changed, at=body.step * rules.STEP + 1).verdict in ("forged", "foreign", "unreadable")


@given(some.text(max_size=80))
def test_any_other_text_is_unreadable_or_at_least_not_taken(text):
    assert signing.check(text).verdict in ("unreadable", "forged", "foreign")


@given(bodies, some.integers(0, 999_999))
def test_a_code_of_another_county_is_called_foreign(body, county):
    text = signing.signed(CodeBody(county, body.step, body.opaque))
    assert signing.check(text, at=body.step * rules.STEP + 1).verdict == ("" if county == COUNTY else "foreign")


@given(some.integers(0, 10**7 - 1), some.integers(0, 7), some.integers(1, 9))
def test_a_slip_of_the_finger_in_a_typed_number_is_noticed(number, at, plus):
    short = rules.short_of(number)
    wrong = short[:at] + str((int(short[at]) + plus) % 10) + short[at + 1 :]
    assert rules.short_is_right(short) and not rules.short_is_right(wrong)
    assert rules.short_is_right(f"{short[:4]} {short[4:]}")


def test_a_code_carries_nothing_but_county_step_and_chance():
    step, opaque = rules.step_at(time.time()), 2**40 + 7
    text = signing.signed(CodeBody(COUNTY, step, opaque))
    assert text.split("-")[0] == "VG1" and text.split("-")[1] == str(COUNTY)
    assert len(text) < 62, "one small QR code"


def test_no_two_verdicts_share_a_sentence_and_each_says_what_to_do():
    sentences = list(signing.SENTENCES.values())
    assert len(set(sentences)) == len(sentences)
    for key in ("forged", "foreign", "expired", "replayed", "unreadable"):
        assert "请" in signing.SENTENCES[key], key


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("91110000600037341L", ""),
        ("9 1 110000 600037341l", ""),
        ("91110000600037341K", "校验位"),
        ("91110000600037314L", "校验位"),
        ("9111000060003734", "18位"),
        ("91110000600O37341L", "字符"),
        ("", "请填写"),
    ],
)
def test_a_licence_number_is_checked_by_its_last_character(text, wrong):
    found = rules.licence_problem(text)
    assert wrong in found and bool(found) == bool(wrong)


@given(some.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), some.integers(0, 16), some.data())
def test_one_wrong_character_in_a_licence_number_is_always_found(body, at, data):
    from vetgrid.offers.tests.alliance import licence

    right = licence("92350581" + body)
    assert rules.licence_problem(right) == ""
    alphabet = "0123456789" if 2 <= at < 8 else "0123456789ABCDEFGHJKLMNPQRTUWXY"
    other = data.draw(some.sampled_from([c for c in alphabet if c != right[at]]))
    assert rules.licence_problem(right[:at] + other + right[at + 1 :]) != ""


@given(some.integers(0, 10_000), some.integers(0, 300))
def test_a_refusal_never_shows_as_a_hundred_percent(honoured, refused):
    found = rules.share(honoured, refused)
    if honoured + refused == 0:
        assert found is None
    else:
        assert 0 <= found <= 100 and (found < 100 or refused == 0)
