"""Every row of the tables: taken by whom it names, refused to all others, and to all when something is unknown."""
from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tests.workflows.attempts import ROWS, WORKFLOWS, actor_for, attempt_for, codes, person, row_id
from workflows import case_lifecycle as case
from workflows.review_chain import DECISION_KINDS, chain_for
from workflows.transition import SYSTEM, SYSTEM_ACTOR, TransitionRefused

PEOPLE_ROWS = [(w, row) for w, row in ROWS if row.by - {SYSTEM}]
every_row = pytest.mark.parametrize(("workflow", "row"), ROWS, ids=row_id)
every_row_for_people = pytest.mark.parametrize(("workflow", "row"), PEOPLE_ROWS, ids=row_id)
DEATH = ("death_marked", "death_reason")


@every_row
def test_every_row_is_taken_by_whom_it_names(workflow, row):
    actors = [person(1, role) for role in row.by - {SYSTEM}]
    actors += [SYSTEM_ACTOR] if SYSTEM in row.by else []
    for actor in actors:
        maker = SYSTEM if actor.is_system else 1
        for reason in row.reasons or (None,):
            taken = workflow.take(row.source, row.action, attempt_for(row, actor, reason, maker=maker))
            assert taken is row


@every_row
def test_every_row_is_refused_without_its_role(workflow, row):
    stranger = person(1, "inspector", "system_administrator", SYSTEM)
    with pytest.raises(TransitionRefused) as refused:
        workflow.take(row.source, row.action, attempt_for(row, stranger))
    assert set(refused.value.codes) & {"NO_GRANT"}


@pytest.mark.article("SC-29")
@every_row
def test_the_system_takes_no_row_that_does_not_name_it(workflow, row):
    refused = codes(workflow, row, attempt_for(row, SYSTEM_ACTOR, maker=SYSTEM))
    assert ("SYSTEM_NEVER_SIGNS" in refused) is (SYSTEM not in row.by)


@every_row
def test_a_fact_that_is_unknown_refuses(workflow, row):
    actor = actor_for(row)
    for reason in row.reasons or (None,):
        for fact in workflow.facts_needed(row.source, row.action, reason):
            for value in (..., None, object()):
                attempt = attempt_for(row, actor, reason, **{fact: value})
                tried = codes(workflow, row, attempt)
                skipped = actor.is_system != (fact == "certifying_fact") and tried == []
                assert tried == ["FACT_UNKNOWN"] or (fact == "certifying_fact" and skipped), (fact, value, tried)


@every_row
def test_a_fact_of_its_condition_that_is_unknown_refuses_the_system(workflow, row):
    for fact in row.when.names() if row.when else ():
        assert codes(workflow, row, attempt_for(row, SYSTEM_ACTOR, **{fact: ...})) == ["FACT_UNKNOWN"]


@every_row_for_people
def test_a_person_unknown_by_nature_refuses_wherever_persons_are_compared(workflow, row):
    nobody = replace(actor_for(row), natural_person_id=None)
    compares = {"different_person", "not_first_side", "not_own_case", "maker_only"}
    if compares & {guard.__name__ for guard in row.guards}:
        assert "FACT_UNKNOWN" in codes(workflow, row, attempt_for(row, nobody))


@every_row
def test_a_reason_is_one_of_the_row_s(workflow, row):
    if not row.reasons:
        return
    attempt = attempt_for(row)
    assert "REASON_MISSING" in codes(workflow, row, replace(attempt, reason=None))
    assert "REASON_NOT_ALLOWED" in codes(workflow, row, replace(attempt, reason="weather"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=row_id)
def test_what_has_no_row_is_refused(workflow):
    code = "NOT_TRANSITIONABLE" if workflow is case.CASE else "WRONG_STAGE"
    rows = {(row.action, row.source) for row in workflow.transitions}
    actions = sorted({action for action, _ in rows}) + ["to_terminated", "fly"]
    for action, state in product(actions, (None, "nowhere", *workflow.states)):
        if (action, state) not in rows:
            with pytest.raises(TransitionRefused) as refused:
                workflow.take(state, action, attempt_for(workflow.transitions[0]))
            assert refused.value.codes == (code,)


@pytest.mark.article("SC-36")
@pytest.mark.parametrize("row", case.TRANSITIONS, ids=row_id)
def test_a_death_marked_person_s_case_accepts_only_what_withholds_or_closes(row):
    locked = "DEATH_MARKED" in codes(case.CASE, row, attempt_for(row, death_marked=True))
    assert locked is (row.action not in case.DEATH_LOCK)


@pytest.mark.article("SC-36")
@pytest.mark.parametrize("source", ["suspended", "stopped"])
def test_a_case_withheld_for_death_is_resumed_only_beside_the_annulment(source):
    row = case.CASE.row(source, "resume")
    for fact, code in zip(DEATH, ("DEATH_MARKED", "DEATH_REASON"), strict=True):
        assert codes(case.CASE, row, attempt_for(row, **{fact: True})) == [code]
        assert codes(case.CASE, row, attempt_for(row, **{fact: True, "annuls_death_mark": True})) == []


@pytest.mark.article("SC-36")
def test_only_kinds_that_withhold_close_or_mend_touch_a_death_marked_person():
    open_kinds = {kind for kind, row in DECISION_KINDS.items() if row.may_touch_death_marked}
    assert open_kinds == {"suspend", "stop", "terminate", "annul_death_mark", "dismiss_objection", "mark_death",
                          "recover_overpayment"}
    for action in ("submit", "edit", "initial_review", "recheck", "approve"):
        for row in (row for row in chain_for(3).transitions if row.action == action):
            for fact in DEATH:
                assert codes(chain_for(3), row, attempt_for(row, **{fact: True})) == ["DEATH_MARKED"]
                assert codes(chain_for(3), row, attempt_for(row, kind_touches_death_marked=True, **{fact: True})) == []


@pytest.mark.article("SC-28", "SC-29")
def test_a_terminated_benefit_is_left_by_restore_alone_and_never_by_a_county():
    assert case.CASE.actions("terminated") == ("restore",)
    row = case.CASE.row("terminated", "restore")
    county, city = (person(1, "approver", level=level) for level in ("county", "city"))
    assert codes(case.CASE, row, attempt_for(row, county, required_level="city")) == ["OFFICE_LEVEL_TOO_LOW"]
    assert codes(case.CASE, row, attempt_for(row, city, required_level="city")) == []


@pytest.mark.article("SC-29")
@pytest.mark.parametrize(
    "row", [row for row in case.TRANSITIONS if row.signatures_kind not in (None, "release_import")], ids=row_id)
def test_a_case_moved_by_people_moves_with_all_signatures_of_its_decision(row):
    kind = DECISION_KINDS[row.signatures_kind]
    assert row.action in kind.moves
    few = frozenset(range(10, 9 + kind.signatures))
    assert codes(case.CASE, row, attempt_for(row, signed_this_round=few)) == ["NOT_SIGNED"]
    assert codes(case.CASE, row, attempt_for(row, decision_moves=())) == ["NOT_SIGNED"]
    assert codes(case.CASE, row, attempt_for(row, signed_this_round=few | {50})) == []


@pytest.mark.article("SC-26")
def test_the_three_month_stop_waits_and_an_open_objection_blocks_it_but_not_a_stop_on_confirmed_loss():
    row = case.CASE.row("suspended", "stop")

    def refused(reason, **facts):
        return codes(case.CASE, row, attempt_for(row, None, reason, **facts))

    assert refused("failed_certification", months_suspended=2) == ["SUSPENDED_TOO_SHORT"]
    assert refused("failed_certification", notices_recorded=False) == ["NOTICES_NOT_RECORDED"]
    assert refused("failed_certification", open_objection=True) == ["OPEN_OBJECTION"]
    assert refused("death", months_suspended=0, notices_recorded=False, open_objection=True) == []
    assert refused("death", evidence_kinds=("family_report",)) == ["LOSS_NOT_CONFIRMED"]
    assert all("failed_certification" not in case.CASE.row(s, "stop").reasons for s in case.PAID)


@pytest.mark.article("SC-24b")
def test_failed_payments_suspend_only_after_the_rule_s_months_and_while_the_data_stay_wrong():
    row = case.CASE.row("verified", "suspend")

    def refused(reason, **facts):
        return codes(case.CASE, row, attempt_for(row, None, reason, **facts))

    assert refused("payment_failed", payment_failures=5) == ["PAYMENTS_NOT_FAILED_ENOUGH"]
    assert refused("payment_failed", payment_data_mended=True) == ["PAYMENT_DATA_MENDED"]
    assert refused("suspected_loss", payment_failures=0, payment_data_mended=True) == []
    assert refused("suspected_loss", reasons_in_force=("payment_failed",)) == ["REASON_NOT_IN_FORCE"]


@pytest.mark.article("JS-7.4", "SC-32")
def test_a_termination_without_a_stop_needs_a_rule_that_allows_it():
    for source in ("pending", "verified", "suspended", "stopped"):
        row = case.CASE.row(source, "terminate")
        tried = codes(case.CASE, row, attempt_for(row, termination_without_stop=False))
        assert tried == ([] if source == "stopped" else ["NOT_STOPPED_BEFORE"])
