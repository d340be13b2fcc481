"""Tables and commands of the comparison, as wide as the product's own where it matters."""
from __future__ import annotations

import hashlib
import json
import secrets
from datetime import date

from auditlog.context import set_actor
from auditlog.registry import auditlog
from django.contrib.auth.models import Group, User
from django.db import connection, models, transaction
from django_fsm import FSMField, transition

ON = date(2026, 3, 15)
ROLES = {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}
PAYEE = "6228480012345678901"


def random_id() -> str:
    return secrets.token_urlsafe(12)


class Logged(models.Model):
    class Meta:
        abstract = True
        app_label = "auth"


class Case(Logged):
    public_id = models.CharField(max_length=20, unique=True, default=random_id)
    case_no = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    office_path = models.CharField(max_length=120, db_index=True)
    state = FSMField(default="suspended", protected=True)
    state_since = models.DateField(default=ON)
    state_basis = models.CharField(max_length=160, default="SC-26")
    withheld_from = models.CharField(max_length=7, null=True, default="2026-02")
    last_certified_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    payee_account = models.CharField(max_length=40, default=PAYEE)
    version = models.IntegerField(default=1)

    @transition(field=state, source=["suspended", "stopped"], target="resumed")
    def resume(self):
        self.state_since, self.withheld_from, self.version = ON, None, self.version + 1


class NumberSeries(Logged):
    office_code = models.CharField(max_length=12, unique=True)
    last = models.IntegerField(default=0)


class Evidence(Logged):
    public_id = models.CharField(max_length=20, unique=True, default=random_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40, default="home_visit_record")
    sha256 = models.CharField(max_length=64)
    produced_by = models.ForeignKey(User, on_delete=models.PROTECT)


class EvidenceContent(Logged):
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, primary_key=True)
    content = models.BinaryField()


def _not_first_side(decision) -> bool:
    return not decision.participant_set.filter(person_id=decision.signer.id, side="first").exists()


def _has_role(decision) -> bool:
    return decision.signer.groups.filter(name=decision.wanted).exists()


class Decision(Logged):
    public_id = models.CharField(max_length=20, unique=True, default=random_id)
    decision_no = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40, default="resume")
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    reason = models.CharField(max_length=40, default="lapsed")
    fields = models.JSONField(default=dict)
    stage = FSMField(default="draft", protected=True, db_index=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT)
    opened_on = models.DateField(default=ON)
    closed_on = models.DateField(null=True)
    back_pay_fen = models.BigIntegerField(default=0)
    payable_through = models.CharField(max_length=7, null=True)
    office_path = models.CharField(max_length=120)

    @transition(field=stage, source="draft", target="initial_review")
    def submit(self):
        pass

    @transition(field=stage, source="initial_review", target="recheck", conditions=[_has_role])
    def initial_review(self):
        pass

    @transition(field=stage, source="recheck", target="approval", conditions=[_has_role, _not_first_side])
    def recheck(self):
        pass

    @transition(field=stage, source="approval", target="executed", conditions=[_has_role, _not_first_side])
    def approve(self):
        self.closed_on = ON


class DecisionEvidence(Logged):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT)


class DecisionLine(Logged):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    month = models.CharField(max_length=7)
    entitled_fen = models.BigIntegerField()
    pay_fen = models.BigIntegerField()
    basis = models.CharField(max_length=160, default="SC-27")


class Participant(Logged):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    person = models.ForeignKey(User, on_delete=models.PROTECT)
    side = models.CharField(max_length=8)

    class Meta:
        app_label = "auth"
        unique_together = [("decision", "person", "side")]


class ReviewStep(Logged):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    stage = models.CharField(max_length=16)
    person = models.ForeignKey(User, on_delete=models.PROTECT)
    opinion = models.TextField()
    content_digest = models.CharField(max_length=64)
    content = models.TextField()

    class Meta:
        app_label = "auth"
        unique_together = [("decision", "person")]


class Certification(Logged):
    public_id = models.CharField(max_length=20, unique=True, default=random_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    method = models.CharField(max_length=40, default="home_visit")
    evidence_on = models.DateField(default=ON)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT)


class BenefitMonth(Logged):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    month = models.CharField(max_length=7)
    entitled = models.BigIntegerField()
    withheld = models.BigIntegerField()
    back_paid = models.BigIntegerField()

    class Meta:
        app_label = "auth"
        unique_together = [("case", "month")]


class CaseTransition(Logged):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    action = models.CharField(max_length=40)
    from_state = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT)


class Notice(Logged):
    public_id = models.CharField(max_length=20, unique=True, default=random_id)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT)
    channel = models.CharField(max_length=10)
    once_key = models.CharField(max_length=120, unique=True)
    content = models.JSONField(default=dict)


TABLES = (Case, NumberSeries, Evidence, EvidenceContent, Decision, DecisionEvidence, DecisionLine, Participant,
          ReviewStep, Certification, BenefitMonth, CaseTransition, Notice)
for one in TABLES:
    auditlog.register(one, exclude_fields=["content"] if one is EvidenceContent else [])


def make_tables() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)


def fill(count: int) -> None:
    for name, role in ROLES.items():
        person = User.objects.create_user(name)
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    NumberSeries.objects.bulk_create([NumberSeries(office_code="510107")])
    Case.objects.bulk_create((Case(case_no=f"资510107-2026-{n:06d}", name="周秀英", office_path="51/5101/510107/")
                              for n in range(count)), batch_size=1000)


def person(name: str) -> User:
    return User.objects.select_for_update(no_key=True).get(username=name)


def _locked(decision_id: int) -> Decision:
    case_id = Decision.objects.values_list("case_id", flat=True).get(id=decision_id)
    case = Case.objects.select_for_update().get(id=case_id)
    decision = Decision.objects.select_for_update().get(id=decision_id)
    decision.case = case
    return decision


def add_paper(case_id: int, who: str, digest: str) -> int:
    with transaction.atomic():
        case, by = Case.objects.select_for_update().get(id=case_id), person(who)
        with set_actor(by):
            row = Evidence.objects.create(case=case, sha256=digest, produced_by=by)
            EvidenceContent.objects.create(evidence=row, content=b"x" * 2000)
            return row.id


def open_decision(case_id: int, who: str, paper: int) -> int:
    with transaction.atomic():
        case, by = Case.objects.select_for_update().get(id=case_id), person(who)
        with set_actor(by):
            series = NumberSeries.objects.select_for_update().get(office_code="510107")
            series.last += 1
            series.save(update_fields=["last"])
            made = Decision.objects.create(decision_no=f"决510107-2026-{series.last:06d}", case=case, opened_by=by,
                                           office_path=case.office_path, fields={"reasons": "x"})
            Participant.objects.create(decision=made, person=by, side="first")
            DecisionEvidence.objects.create(decision=made, evidence_id=paper)
            DecisionLine.objects.create(decision=made, month="2026-02", entitled_fen=200_000, pay_fen=200_000)
            made.back_pay_fen, made.payable_through = 200_000, "2026-02"
            made.save(update_fields=["back_pay_fen", "payable_through"])
            return made.id


def _again(decision: Decision) -> None:
    """The sheet is computed anew at submission and at initial review."""
    line = DecisionLine.objects.get(decision=decision)
    line.entitled_fen = line.pay_fen = line.pay_fen + 1
    line.save(update_fields=["entitled_fen", "pay_fen"])


def submit(decision_id: int, who: str) -> None:
    with transaction.atomic():
        decision, by = _locked(decision_id), person(who)
        with set_actor(by):
            _again(decision)
            decision.submit()
            decision.save(update_fields=["stage"])


def sign(decision_id: int, action: str, who: str) -> None:
    with transaction.atomic():
        decision, by = _locked(decision_id), person(who)
        stage, decision.signer, decision.wanted = decision.stage, by, ROLES[who]
        with set_actor(by):
            if action == "initial_review":
                _again(decision)
            getattr(decision, action)()
            text = json.dumps({"decision": decision.decision_no, "fields": decision.fields, "payee": PAYEE,
                               "state": decision.case.state, "fen": decision.back_pay_fen}, sort_keys=True)
            ReviewStep.objects.create(decision=decision, stage=stage, person=by, opinion="同意", content=text,
                                      content_digest=hashlib.sha256(text.encode()).hexdigest())
            if stage != "initial_review":
                Participant.objects.create(decision=decision, person=by, side=stage[:8])
            decision.save(update_fields=["stage", "closed_on"])
            if decision.stage == "executed":
                _execute(decision)


def _execute(decision: Decision) -> None:
    case = decision.case
    BenefitMonth.objects.create(case=case, month="2026-02", entitled=200_000, withheld=200_000, back_paid=200_000)
    proof = Certification.objects.create(case=case)
    proof.decision = decision
    proof.save(update_fields=["decision"])
    case.last_certified_on, case.due_on, case.version = ON, date(2027, 3, 15), case.version + 1
    case.save(update_fields=["last_certified_on", "due_on", "version"])
    before = case.state
    case.resume()
    case.save(update_fields=["state", "state_since", "withheld_from", "version"])
    CaseTransition.objects.create(case=case, action="resume", from_state=before, to_state=case.state, decision=decision)
    for channel in ("letter", "sms"):
        Notice.objects.create(case=case, decision=decision, channel=channel,
                              once_key=f"resumed:{decision.public_id}/{channel}", content={"case_no": case.case_no})
