"""Protocol part 01, section 2: the vectors 1 to 16, and both curves as each other's oracle."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core import identity
from jupyter_colonies.errors import AccessDenied, InvalidRequest

KEY_1 = "6d2fb6f546bacfd98c68769e61e0b44a697a30596c018a50e28200aa59b01c0a"
KEY_2 = "d6eb959e9aec2e6fdc44b5862b269e987b8a4d6f2baca542d8acaa97ee5e74f6"
KEY_5 = "ddf7f7791208083b6a9ed975a72684f6406a269cfa36f1b1c32045c0a71fff05"
KEY_6 = "1".rjust(64, "0")
ID_2 = "5d6568f883451ae2e407d1a0a7992e414f2a67b69d0e6e9176d353b98f06f696"

IDS = {
    KEY_1: "4fef2b5a82d134d058c1883c72d6d9caf77cd59ca82d73105017590dea3dcb87",
    KEY_2: ID_2,
    "fcc79953d8a751bf41db661592dc34d30004b1a651ffa0725b03ac227641499d": (
        "039231c7644e04b6895471dd5335cf332681c54e27f81fac54f9067b3f2c0103"
    ),
    "ba949fa134981372d6da62b6a56f336ab4d843b22c02a4257dcf7d0d73097514": (
        "4787a5071856a4acf702b2ffcea422e3237a679c681314113d86139461290cf4"
    ),
    KEY_5: "3fc05cf3df4b494e95d6a3d297a34f19938f7daa7422ab0d4f794454133341ac",
    KEY_6: "2036f5bc759cfb3589fb4e2342bc9b3c843c5ef27dc8ded538de328a7567089b",
}
PUBLIC_KEY_1 = (
    "0408e903276ee7973666dceeefa5335e5c4b6b5989821906db98f8de8acf8f853824ca3234a8602200baa2d75f30"
    "cb2050cda18602824c3eb2da654a93a01a7ad4"
)
VECTOR_7 = (
    "e713a1bb015fecabb5a084b0fe6d6e7271fca6f79525a634183cfdb175fe6924"
    "1f4da161779d8e6b761200e1cf93766010a19072fa778f9643363e2cfadd640900"
)
SIGNATURES = {
    "7": (KEY_2, "hello", VECTOR_7),
    "8": (
        KEY_1,
        "hello",
        "fd89b449020c50c7fadb6efca7da15b47e3375a71d63729d9b70c0f4f66380547d32d8fc5526bfaef013b5cae"
        "eb1de911a0d3c829a72c20ad920130953a60a8b01",
    ),
    "9": (
        KEY_1,
        "",
        "35a70d8d800c6551e7cf51fc58933fa4b5fa1b405117b5e8862361d051d7224a06af16d9cad937ce6334aba44"
        "78bd479d3ff8ce9fa3ca4293c984553ed09857e01",
    ),
    "10": (
        KEY_5,
        "eyJtc2d0eXBlIjogImdldGV4ZWN1dG9yc21zZyIsICJjb2xvbnluYW1lIjogImRldiJ9",
        "0e80f5e590bdc308ff5c60ec6f9656e3482bd9e51f20086fb28e4d6608cb76c92dcf2e218972372888e3c4dc8"
        "9c26635ab794c60a6215c4439c5e0f6dff9d3cd01",
    ),
    "11": (
        KEY_6,
        "hello",
        "24ea2d66a639d2b8c973094911a1b5d9ccdb6ee48d94487ecda2407edbbf6f4513bed23538ec23b13926dc510"
        "694564e20639fc4edea1c6c02558d8d2dd24d8c01",
    ),
}
FOREIGN_SIGNER = (
    "997eca36736d465e0e8d64e6d657ff4c939c8f5cad4272797ea0fe372bfd8d0953d21b3d06ded5dd80aee8cfa3a9"
    "be7ce615ce690eb64184fe15962943fe541300"
)
HIGH_S_TWIN = (
    "e713a1bb015fecabb5a084b0fe6d6e7271fca6f79525a634183cfdb175fe6924"
    "e0b25e9e8862719489edff1e306c899eaa0d4c73b4d110a57c9c205fd558dd3801"
)

COINCURVE = identity.CoincurveCurve()
ECDSA = identity.EcdsaCurve()

private_keys = st.integers(1, identity.ORDER - 1).map(lambda number: f"{number:064x}")


@pytest.fixture(params=[COINCURVE, ECDSA], ids=["coincurve", "ecdsa"])
def curve(request):
    return request.param


def test_the_digest_is_sha3_not_keccak():
    digest = "3338be694f50c5f338814986cdf0686453a888b84f424d792af4b9202398f392"
    assert hashlib.sha3_256(b"hello").hexdigest() == digest


@pytest.mark.parametrize("key", IDS, ids=[f"vector {n}" for n in range(1, 7)])
def test_ids(key, curve):
    assert identity.id_of(key, curve) == IDS[key]


def test_public_key_of_vector_1(curve):
    assert curve.public_key(bytes.fromhex(KEY_1)).hex() == PUBLIC_KEY_1


@pytest.mark.parametrize("number", SIGNATURES)
def test_signatures(number, curve):
    key, message, signature = SIGNATURES[number]
    assert identity.sign(message, key, curve) == signature
    assert identity.recover(message, signature, curve) == IDS[key]


def test_vector_12_signature_of_another_signer(curve):
    assert identity.recover("hello", FOREIGN_SIGNER, curve) == ID_2


def test_vector_13_high_s_is_refused(curve):
    with pytest.raises(AccessDenied, match="Failed verify signature: Signature s value is over"):
        identity.recover("hello", HIGH_S_TWIN, curve)


def test_vector_14_ethereum_style_recovery_code_is_refused(curve):
    text = r"Failed to recover public key: invalid signature: public key recovery code 54 is not"
    with pytest.raises(AccessDenied, match=text):
        identity.recover("hello", VECTOR_7[:-2] + "1b", curve)


@pytest.mark.parametrize("signature", [VECTOR_7[:-2], VECTOR_7 + "00", ""], ids=len)
def test_vector_15_wrong_length_is_refused(signature, curve):
    with pytest.raises(AccessDenied, match=r"^Invalid signature length$"):
        identity.recover("hello", signature, curve)


def test_vector_16_another_message_names_another_signer(curve):
    assert identity.recover("hellx", VECTOR_7, curve) != ID_2


def test_upper_case_signatures_are_read(curve):
    assert identity.recover("hello", VECTOR_7.upper(), curve) == ID_2


@pytest.mark.parametrize(
    ("signature", "text"),
    [
        ("g" * 130, "encoding/hex: invalid byte: U+0067 'g'"),
        (VECTOR_7[:-1], "encoding/hex: odd length hex string"),
        (VECTOR_7[:60] + " " + VECTOR_7[60:-1], "encoding/hex: invalid byte: U+0020 ' '"),
        ("0x" + VECTOR_7[2:], "encoding/hex: invalid byte: U+0078 'x'"),
        ("é" * 65, "encoding/hex: invalid byte: U+00E9 'é'"),
    ],
    ids=["letters", "odd", "blank", "prefix", "not ascii"],
)
def test_what_is_not_hexadecimal_is_refused(signature, text):
    with pytest.raises(AccessDenied) as caught:
        identity.recover("hello", signature)
    assert caught.value.message == text


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, 1), (1, 0), (identity.ORDER, 1), (1, identity.ORDER), (5, 1)],
    ids=["r zero", "s zero", "r too big", "s too big", "r names no point"],
)
def test_impossible_signatures_are_refused(r, s, curve):
    with pytest.raises(AccessDenied, match="Failed to recover public key: invalid signature"):
        identity.recover("hello", f"{r:064x}{s:064x}00", curve)


@given(private_key=private_keys, text=st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_both_curves_do_the_same(private_key, text):
    assert identity.id_of(private_key, COINCURVE) == identity.id_of(private_key, ECDSA)
    signature = identity.sign(text, private_key, COINCURVE)
    assert identity.sign(text, private_key, ECDSA) == signature
    assert identity.recover(text, signature, ECDSA) == identity.id_of(private_key)


@given(
    r=st.integers(0, 2**256 - 1),
    s=st.integers(0, identity.ORDER // 2),
    v=st.integers(0, 4),
    text=st.text(max_size=10),
)
@settings(max_examples=60, deadline=None)
def test_both_curves_recover_the_same_from_anything(r, s, v, text):
    signature = f"{r:064x}{s:064x}{v:02x}"

    def outcome(curve):
        try:
            return identity.recover(text, signature, curve)
        except AccessDenied:
            return "refused"

    assert outcome(COINCURVE) == outcome(ECDSA)


@given(private_key=private_keys, other=private_keys, text=st.text(max_size=20))
@settings(max_examples=25, deadline=None)
def test_only_the_signer_is_recovered(private_key, other, text):
    recovered = identity.recover(text, identity.sign(text, private_key))
    assert recovered == identity.id_of(private_key)
    assert (recovered == identity.id_of(other)) == (private_key == other)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "0" * 64, f"{identity.ORDER:064x}", "zz" * 32, KEY_1 + "00", " " + KEY_1, "é" * 64],
    ids=["empty", "short", "zero", "order", "letters", "long", "blank", "not ascii"],
)
def test_what_is_no_private_key_is_refused_without_showing_it(text):
    with pytest.raises(InvalidRequest) as caught:
        identity.sign("hello", text)
    assert caught.value.message == ("Not a private key: 64 hexadecimal characters are expected")


def test_new_keys_differ_and_are_usable():
    keys = {identity.new_private_key() for _ in range(20)}
    assert len(keys) == 20
    assert all(identity.is_id(identity.id_of(key)) for key in keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(ID_2, True), (ID_2.upper(), False), (ID_2[:-1], False), ("", False), ("g" * 64, False)],
    ids=["id", "upper case", "short", "empty", "letters"],
)
def test_is_id(text, expected):
    assert identity.is_id(text) is expected


def test_new_ids_are_ids():
    assert identity.is_id(identity.new_id())
    assert identity.new_id() != identity.new_id()
