"""The page of whoever keeps the log: who sees it, and what of a case does not stand on it."""
from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit.events import CaseSuspended
from audit.keeping import signed_checkpoint
from audit.log import record
from audit.witnesses import anchoring
from cases.models import Case
from database import transaction
from staff.models import Office
from tests.audit.conftest import ON, sign_in
from tests.audit.test_keeping import log, witness
from tests.audit.witnesses.scene import Witness

pytestmark = pytest.mark.sqlite_is_enough

__all__ = ["log", "witness"]


@pytest.mark.parametrize(("role", "status"), [("inspector", 200), ("audit_administrator", 200), ("caseworker", 403),
                                              ("system_administrator", 403)])
def test_only_those_who_keep_or_inspect_the_log_see_its_witnesses(client: FlaskClient, office: Office, role: str,
                                                                  status: int) -> None:
    assert sign_in(client, office, role).get("/audit/anchors").status_code == status


def test_nothing_of_a_case_stands_in_a_checkpoint(witness: Witness, case: Case, client: FlaskClient) -> None:
    with transaction():
        record(CaseSuspended(from_state="verified", to_state="suspended", action="suspend", reason="lapsed",
                             basis="SC 23", on=ON, rules_version="test"), case=case, actor="SYSTEM", on=ON)
    signed_checkpoint(ON)
    anchoring.anchor()
    page = sign_in(client, case.paying_office, "inspector").get("/audit/anchors").text
    assert case.case_no not in page and case.public_id not in page and "disk" in page


def test_settings_that_cannot_be_read_show_on_the_page_and_end_the_command(log: Flask, office: Office,
                                                                           client: FlaskClient) -> None:
    log.config["WITNESSES"] = "/no/such/file"
    assert "/no/such/file" in sign_in(client, office, "audit_administrator").get("/audit/anchors").text
    assert log.test_cli_runner().invoke(args=["audit", "anchor"]).exit_code == 1
