"""Proofs of knowing the registration secret."""

from jupyter_colonies.core import enrolment


def test_secrets_differ():
    assert enrolment.new_secret() != enrolment.new_secret()


def test_a_proof_depends_on_each_part():
    parts = ("secret", "dev", "worker", "id")
    proofs = {enrolment.proof(*parts)}
    for position in range(len(parts)):
        other = [*parts]
        other[position] = "other"
        proofs.add(enrolment.proof(*other))
    assert len(proofs) == 5
    assert "secret" not in enrolment.proof(*parts)


def test_a_servers_proof_is_no_executors_proof():
    assert enrolment.server_proof("s", "a", "b") != enrolment.proof("s", "a", "b", "")


def test_parts_cannot_be_shifted_between_names():
    assert enrolment.proof("s", "a\nb", "c", "d") != enrolment.proof("s", "a", "b\nc", "d")


def test_proofs_match_only_themselves():
    proof = enrolment.proof("s", "dev", "worker", "id")
    assert enrolment.matches(proof, proof)
    assert not enrolment.matches(proof, "")
    assert not enrolment.matches(proof, "é")
