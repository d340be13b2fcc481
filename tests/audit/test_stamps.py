"""Time stamps as audit/verify.py reads them by itself: what holds, and each reason for which one does not."""
from __future__ import annotations

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import example, given
from hypothesis import strategies as st

from audit.verify import WHY, SignatureRefused, _parts, verify_stamp
from tests.audit.witnesses.tokens import DAY, NOW, Maker, stamping, token

pytestmark = pytest.mark.sqlite_is_enough

ROOT = Maker("root", authority=True)
BETWEEN = next(one for _ in range(99) if not (one := Maker("between", ROOT, authority=True)
                                              ).certificate.signature[-1] & 1)  # its last bit could be called unused
TSA = stamping(above=BETWEEN)
NOTE = b"log\n1\nroot\n"
GOOD = token(TSA, NOTE, beside=(BETWEEN, ROOT), nonce=7)


@pytest.mark.parametrize("trust", [ROOT, BETWEEN])
def test_a_stamp_by_an_authority_that_the_pinned_one_has_issued_holds(trust: Maker) -> None:
    stamp = verify_stamp(GOOD, NOTE, [trust.certificate, ROOT.certificate], 7)
    assert (stamp.at, stamp.by) == (NOW, "tsa")
    alone = verify_stamp(token(TSA, NOTE), NOTE, [TSA.certificate])
    assert alone.root == TSA.certificate


def code(made: bytes, *trust: Maker, data: bytes = NOTE, nonce: int | None = None) -> str:
    with pytest.raises(SignatureRefused) as refused:
        verify_stamp(made, data, [one.certificate for one in trust or (ROOT,)], nonce)
    assert refused.value.words("zh") and str(refused.value)
    return refused.value.code


EXPIRED = stamping(above=ROOT, until=NOW - DAY)
YOUNG = Maker("young", ROOT, authority=True, since=NOW - DAY)
CLERK = Maker("clerk", ROOT)  # may issue nothing
SERVER = stamping(above=ROOT, usage=ExtendedKeyUsageOID.SERVER_AUTH)
NOT_CRITICAL = stamping(above=ROOT, critical=False)
SIGNER = Maker("signer", ROOT, authority=True, uses=("digital_signature",))
OF_SIGNER = stamping(above=SIGNER)
OF_CLERK, OF_YOUNG = stamping(above=CLERK), stamping(above=YOUNG)
STRANGER = Maker("stranger", authority=True)


@pytest.mark.parametrize(("made", "expected"), [
    (token(TSA, b"another checkpoint", beside=(BETWEEN,)), "bytes"),
    (token(stamping(), NOTE), "untrusted"),
    (token(TSA, NOTE), "untrusted"),  # nothing leads from it to the root
    (token(OF_CLERK, NOTE, beside=(CLERK,)), "untrusted"),
    (token(OF_YOUNG, NOTE, beside=(YOUNG,), at=NOW - 3 * DAY), "untrusted"),
    (token(EXPIRED, NOTE), "expired"),
    (token(stamping(above=ROOT), NOTE, at=NOW + 60 * DAY), "expired"),
    (token(SERVER, NOTE), "purpose"),
    (token(NOT_CRITICAL, NOTE), "purpose"),
    (token(CLERK, NOTE), "purpose"),
    (token(TSA, NOTE, beside=(BETWEEN,), bound=EXPIRED), "binding"),
    (token(TSA, NOTE, beside=(BETWEEN, STRANGER)), "extra"),
    (token(TSA, NOTE, beside=(BETWEEN,), unsigned=True), "extra"),
    (token(OF_SIGNER, NOTE, beside=(SIGNER,)), "untrusted"),
    (token(TSA, NOTE, beside=(BETWEEN,), kind="encrypted_data"), "form"),
    (token(TSA, NOTE, beside=(BETWEEN,), extension=True), "form"),
    (token(TSA, NOTE, beside=(BETWEEN,), named="sha512_ecdsa"), "signature"),
    (token(TSA, NOTE, beside=(BETWEEN,), named="rsassa_pkcs1v15"), "signature"),
    (token(TSA, NOTE, beside=(BETWEEN,), junk=b"x"), "signature"),
    (b"", "form"), (GOOD + b"\0", "form"), (GOOD[:-1], "form"), (b"\x30\x80\0\0", "form"),
])
def test_every_reason_to_refuse_a_stamp_has_its_name(made: bytes, expected: str) -> None:
    assert code(made) == expected


def test_the_answer_to_another_request_is_refused() -> None:
    assert code(GOOD, nonce=8) == "nonce"
    assert code(token(TSA, NOTE, beside=(BETWEEN,)), nonce=8) == "nonce"


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(zh and en for _kind, zh, en in WHY.values())


TRUST = [ROOT.certificate]


def refused(made: bytes) -> bool:
    try:
        verify_stamp(made, NOTE, TRUST)
    except SignatureRefused:
        return True
    return False


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_token_with_a_byte_changed_is_accepted(place: int, change: int) -> None:
    assert refused(GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1:])


@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=40))
def test_no_token_with_a_part_replaced_is_accepted(begin: int, length: int, other: bytes) -> None:
    made = GOOD[:begin] + other + GOOD[begin + length:]
    assert made == GOOD or refused(made)


def test_no_token_with_any_one_bit_changed_is_accepted() -> None:
    for place in range(len(GOOD)):
        for bit in (1, 2 << place % 7):
            assert refused(GOOD[:place] + bytes([GOOD[place] ^ bit]) + GOOD[place + 1:]), place


@given(st.binary(max_size=60))
@example(b"\4\x82\0\x80" + bytes(128))
@example(b"\4\x81\x7f" + bytes(127))
def test_values_are_read_in_their_one_written_form(data: bytes) -> None:
    try:
        parts = _parts(data)
    except (ValueError, IndexError):
        return
    assert b"".join(whole for _tag, _content, whole in parts) == data
    for tag, content, whole in parts:
        size = len(content)
        written = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes(
            (size.bit_length() + 7) // 8, "big")
        assert whole == bytes([tag]) + written + content
