"""QD 14c: a model of life signs scores people and states its basis; it is off, and never ends anything."""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from cases.models import Case
from database import db
from matching.definition import NUMBER_AND_NAME, OfCase, Sign, day_number, find
from matching.feeds.loading import load
from matching.feeds.models import FeedLoad
from matching.feeds.store import signs_folder
from matching.profiles import profile_of, reasons_of
from matching.store import SIGNS, write_table
from matching.survival import simulation
from matching.survival.features import NAMES, People, features
from matching.survival.model import WrongModel, basis, newest, read, save
from matching.survival.scoring import KEY, basis_of, score
from matching.survival.training import OneSided, train, train_on_simulation
from rules import rules_for
from rules.feeds import catalogue
from staff.offices import office_by_code
from tests.case_builder import make_case
from tests.law import amend, draft, in_force
from tests.people import actor, make_account, sign_in
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
DAY = day_number(ON)
MODEL = newest()
SHIPPED = simulation.lives(4_000, DAY, 99)


def row(**said: float) -> np.ndarray:
    """An average person but for what is said."""
    values = dict(zip(NAMES, MODEL.mean, strict=True)) | said
    return np.array([values[name] for name in NAMES])


def features_of(*days_ago: int, kinds: tuple[int, ...] = (), born: date = date(1950, 3, 16)) -> dict[str, float]:
    people = People(np.array([7]), np.array([day_number(born)]), np.array([1]))
    days = np.array([DAY - one for one in days_ago], dtype=np.int64)
    kind = np.array(kinds or (0,) * len(days), dtype=np.int64)
    found = features(people, np.full(len(days), 7), days, kind, DAY)
    return dict(zip(NAMES, found[0].tolist(), strict=True))


def test_what_is_counted_of_life_signs() -> None:
    said = features_of(10, 40, 70, 400, kinds=(1, 2, 1, 3))
    assert said["recency"] == pytest.approx(10 / 30) and said["number"] == 3 and said["kinds"] == 2
    assert said["gap"] == pytest.approx(330 / 30) and said["months"] == 3
    assert said["age"] == pytest.approx(76, abs=0.05) and said["female"] == 1


def test_nobody_s_and_future_signs_count_for_nothing() -> None:
    nobody = features_of()
    assert nobody["recency"] == 24 and nobody["number"] == 0
    assert features_of(-5) == features_of(900) == nobody


def test_order_and_company_change_nothing() -> None:
    one = features_of(10, 40, 70, kinds=(1, 2, 3))
    assert features_of(70, 10, 40, kinds=(3, 1, 2)) == one
    people = People(np.array([3, 7, 9]), np.full(3, day_number(date(1950, 3, 16))), np.ones(3))
    found = features(people, np.array([9, 7, 3, 7, 7, 8]), DAY - np.array([1, 40, 2, 10, 70, 4]),
                     np.array([5, 2, 5, 1, 3, 5]), DAY)
    assert dict(zip(NAMES, found[1].tolist(), strict=True)) == one


@pytest.mark.article("QD-14c")
def test_the_basis_of_a_score_is_told_in_both_languages_and_adds_up() -> None:
    silent = row(recency=9.0)
    for language, words in (("zh", "最近一次生存迹象在 9.0 个月前"), ("en", "last sign of life 9.0 months ago")):
        told = dict(basis(MODEL, silent, language))
        assert told[words] < 0
    average = MODEL.score(row()[np.newaxis, :])
    assert MODEL.score(silent[np.newaxis, :]) < average
    told = sum(push for _, push in basis(MODEL, silent, "zh"))
    assert told == pytest.approx(float(MODEL.pushes(silent[np.newaxis, :]).sum()))


def test_it_is_calibrated_on_people_it_has_not_seen() -> None:
    rows = features(SHIPPED.people, SHIPPED.person, SHIPPED.day, SHIPPED.kind, DAY)
    found = MODEL.score(rows)
    assert abs(float(found.mean()) - float(SHIPPED.alive.mean())) < 0.01
    sure, unsure = found >= 0.98, found < 0.8
    assert SHIPPED.alive[sure].mean() > 0.98 and SHIPPED.alive[unsure].mean() < 0.8


def test_its_card_says_what_it_was_trained_on_and_how_well_it_does() -> None:
    assert MODEL.simulated and "simulated" in MODEL.data["what"] and MODEL.data["dead"] > 100
    assert MODEL.auc > 0.85 and MODEL.brier < MODEL.brier_of_the_base_rate
    assert sum(one.people for one in MODEL.bins) > 1_000


def test_training_is_the_same_each_time_and_its_file_is_read_back_as_it_was(tmp_path) -> None:
    one, two = (train_on_simulation(6_000, ON) for _ in "ab")
    assert one == two
    assert asdict(read(save(one, tmp_path))) == asdict(one)
    with pytest.raises(FileExistsError):
        save(one, tmp_path)


def test_a_file_of_other_features_is_refused(tmp_path) -> None:
    path = tmp_path / "survival-2026-01-01.json"
    path.write_text(json.dumps(asdict(MODEL) | {"features": ["luck"]}), "utf-8")
    with pytest.raises(WrongModel):
        read(path)


def test_nothing_is_learnt_where_nobody_died() -> None:
    with pytest.raises(OneSided):
        train(np.zeros((100, len(NAMES))), np.ones(100), ON, {}, simulated=True)


def test_it_is_applied_without_the_library_it_was_trained_with() -> None:
    code = ("import sys; sys.modules['sklearn'] = None; import numpy as np; "
            "from matching.survival.model import newest; m = newest(); print(m.score(np.array([m.mean])))")
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def found_by(value: str, *signs: Sign):
    """The list of somebody certified long ago, by rules in which the model has that standing."""
    rules = rules_for("370202", ON, "enterprise_employees").altered({"eligible_sources.survival_model": value}, "测试")
    meanings = catalogue().meanings.values()
    profile = profile_of(rules, meanings, kind="pension", kinship=None, months=12, on=ON)
    certified = OfCase(day_number(date(2025, 1, 10)), day_number(date(2026, 1, 10)), 0)
    return find(signs, certified, profile, reasons_of(meanings))


def scored(days_ago: int = 20) -> Sign:
    return Sign(1, DAY - days_ago, catalogue().code(KEY, KEY), NUMBER_AND_NAME, 1, 1)


@pytest.mark.article("QD-14c", "QD-17")
def test_a_score_proves_only_where_the_rules_accept_the_model() -> None:
    assert found_by("automatic", scored()).list == "eligible"
    assert found_by("not_accepted", scored()).list == found_by("not_accepted").list == "to_be_verified"
    assert found_by("reviewed", scored()).list == "to_be_verified"


def test_no_place_accepts_it_as_published() -> None:
    for place in ("510107", "370202", "320102", "440103", "220102", "500103"):
        for scheme in ("enterprise_employees", "urban_rural_residents"):
            value = rules_for(place, ON, scheme).value("eligible_sources").get(KEY, "not_accepted")
            assert value == "not_accepted"


def test_a_score_against_a_death_is_to_be_verified_and_never_wins() -> None:
    death = Sign(1, DAY - 30, catalogue().code("cremations", "dead"), NUMBER_AND_NAME, 2, 1)
    assert found_by("automatic", scored(), death).list == "to_be_verified"
    assert found_by("automatic", scored(60), death).list == "lost"


@pytest.fixture
def seen(context, clock, tmp_path) -> Iterator[Case]:
    clock.move_to(ON)
    context.config["FEED_STORE"] = str(tmp_path / "feeds")
    yield seen_every_month()
    context.config.pop("FEED_STORE", None)


def seen_every_month() -> Case:
    """Somebody whom the medical insurance saw every month, and somebody nobody saw."""
    make_account("li", ["caseworker"])
    case, _unseen = make_case(ON), make_case(ON)
    number, li = case.pensioner_id, actor("li")
    days = [DAY - 9 - 30 * month for month in range(24)]
    code = catalogue().code("medical_insurance_payments", "medical_insurance_payment")
    made = FeedLoad(source="medical_insurance_payments", area_path="51/5101/510107/", file_name="f", sha256="0" * 64,
                    loaded_on=ON, status="loaded", loaded_by=li.account_id, loaded_by_person=li.natural_person_id,
                    rows=24, loaded=24)
    db.session.add(made)
    db.session.commit()
    write_table(signs_folder(made.id) / "0.parquet", pa.table(
        [[number] * 24, days, [code] * 24, [2] * 24, list(range(24))], schema=SIGNS))
    return db.session.get(Case, case.id)


def accepted(folder, threshold: int = 900):
    """Rules under which the model is believed."""
    law = draft(folder / "law")
    amend(law, "national", f"eligible_sources.{KEY}", {"value": "automatic", "since": date(2022, 12, 12)})
    amend(law, "national", "survival_model_threshold_per_mille", {"value": threshold, "since": date(2022, 12, 12)})
    return in_force(law)


@pytest.mark.article("QD-14c")
def test_off_as_published_nobody_is_scored(seen: Case) -> None:
    with pytest.raises(TransitionRefused, match="SURVIVAL_MODEL_OFF"):
        score(office_by_code("510107"), actor=actor("li"), on=ON)
    assert not db.session.scalars(select(FeedLoad).where(FeedLoad.source == KEY)).all()


def test_no_file_is_taken_under_the_model_s_name(seen: Case, tmp_path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("身份证号,姓名,日期\n1,2,3\n", "utf-8")
    with pytest.raises(TransitionRefused, match="SOURCE_COMPUTED"):
        load(path, KEY, office_by_code("510107"), actor("li"), ON)


@pytest.mark.article("QD-14c")
def test_where_it_is_on_whoever_reaches_the_threshold_has_a_sign_with_its_basis(seen: Case, tmp_path) -> None:
    with accepted(tmp_path):
        made = score(office_by_code("510107"), actor=actor("li"), on=ON)
        again = score(office_by_code("510107"), actor=actor("li"), on=ON)
    assert (made.rows, again.id) == (1, made.id)  # one of the two; twice is once
    (sign,) = pq.read_table(signs_folder(made.id) / "0.parquet").to_pylist()
    assert sign == {"person": seen.pensioner_id, "day": DAY - 9, "code": catalogue().code(KEY, KEY),
                    "sure": NUMBER_AND_NAME, "row": 1}
    probability, version, told = basis_of(made.id, seen.pensioner_id, "zh")
    assert probability >= 0.9 and version == MODEL.version and len(told) == len(NAMES)
    assert basis_of(made.id, seen.pensioner_id + 1, "zh") is None
    kinds = db.session.scalars(select(AuditEvent.type).where(AuditEvent.type.in_(("FeedLoaded", "LifeSignsScored"))))
    assert sorted(kinds) == ["FeedLoaded", "LifeSignsScored"]
    assert (db.session.get(Case, seen.id).state, db.session.get(Case, seen.id).due_on) == (seen.state, seen.due_on)


def test_a_higher_threshold_takes_fewer(seen: Case, tmp_path) -> None:
    with accepted(tmp_path, 1000):
        assert score(office_by_code("510107"), actor=actor("li"), on=ON).rows == 0


def test_nobody_scores_another_area(seen: Case, tmp_path) -> None:
    make_account("elsewhere", ["caseworker"], office="510104")
    with accepted(tmp_path), pytest.raises(TransitionRefused):
        score(office_by_code("510107"), actor=actor("elsewhere"), on=ON)


def test_a_score_of_its_own_is_not_a_life_sign(seen: Case, tmp_path) -> None:
    with accepted(tmp_path):
        score(office_by_code("510107"), actor=actor("li"), on=ON)
        later = score(office_by_code("510107"), actor=actor("li"), on=ON + timedelta(days=700))
    assert later.rows == 0


@pytest.mark.article("QD-14c")
def test_the_card_and_the_basis_are_shown_in_both_languages(app, client, clock, tmp_path) -> None:
    clock.move_to(ON)
    app.config["FEED_STORE"] = str(tmp_path / "feeds")
    with app.app_context():
        case = seen_every_month()
        number = case.public_id
        with accepted(tmp_path):
            score(office_by_code("510107"), actor=actor("li"), on=ON)
    page = sign_in(client, "li")
    shown = page.get("/survival-model").get_data(as_text=True)
    assert "模拟人员" in shown and "不采用" in shown and "<svg" in shown
    assert "最近一次生存迹象在 0.3 个月前" in page.get(f"/cases/{number}/survival").get_data(as_text=True)
    page.post("/language/en")
    assert "on no real data at all" in page.get("/survival-model").get_data(as_text=True)
    assert "last sign of life 0.3 months ago" in page.get(f"/cases/{number}/survival").get_data(as_text=True)
    app.config.pop("FEED_STORE")
