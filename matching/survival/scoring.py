"""The people of an area scored by the newest model; who reaches the rules' threshold gets a sign of its own code.

A sign counts from the last life sign, which is of the last twelve months, and proves only where the rules accept the
model (eligible_sources.survival_model). The basis of each is kept beside it. Nothing else follows from a score: a low
one leaves the person where the other registers put them (QD 14c).
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from flask import current_app
from sqlalchemy import select

from audit.events import FeedLoaded, LifeSignsScored
from audit.log import record
from cases.imports.batches import grant_refusals
from cases.models import Case, Pensioner
from cases.periods import rules_of_place
from cases.refused import attempt, refuse
from database import db
from matching.definition import NUMBER_AND_NAME, date_of, day_number
from matching.feeds.loading import LOADERS, digest_of, live_load
from matching.feeds.models import FeedLoad
from matching.feeds.store import sha256_of, sign_files, signs_folder, store
from matching.store import BUCKET_BITS, SIGNS, write_table
from matching.survival.features import YEAR, Array, People, features
from matching.survival.model import Model, basis, named, newest, own_folder
from rules import Rules
from rules.feeds import catalogue
from rules.vocabulary import ELIGIBLE_SOURCES
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.transition import TransitionRefused

KEY = "survival_model"
PAID = ("pending", "verified", "resumed")
BASIS = pa.schema([("person", pa.int64()), ("row", pa.int64()), ("score", pa.int32()), ("model", pa.string()),
                   ("features", pa.list_(pa.float64()))])


@dataclass(frozen=True)
class Accepted:
    """Of one bucket: who reached the threshold, the day of their last life sign, the score, what it rests on."""

    bucket: int
    person: Array
    day: Array
    score: Array
    rows: Array
    scored: int


def score(office: Office, *, actor: Actor, on: date) -> FeedLoad:
    """The same signs and the same model give the same load again. Raises TransitionRefused: SURVIVAL_MODEL_OFF."""
    model, path = newest(own_folder(current_app.config["INSTANCE_DIR"])), office.path
    with attempt("score_life_signs", actor, on):
        who = lock_actor(actor)
        if refusals := grant_refusals(who, LOADERS, path):
            raise TransitionRefused(tuple(refusals))
        asked = _asked(path, on)
        if not asked:
            raise refuse("SURVIVAL_MODEL_OFF", "QD-14c")
        found = list(_accepted(model, asked, _loads(path), day_number(on)))
        return _kept(model, path, found, who, on)


def _asked(path: str, on: date) -> dict[int, tuple[int, int, int]]:
    """pensioner.id -> (born, female, threshold) of those with a case in payment whose rules accept the model; of two
    cases, the higher threshold."""
    query = (select(Pensioner.id, Pensioner.birth_on, Pensioner.sex, Case.office_path, Case.scheme)
             .join(Case, Case.pensioner_id == Pensioner.id)
             .where(Case.office_path.startswith(path, autoescape=True), Case.state.in_(PAID)))
    limits: dict[tuple[str, str], int | None] = {}
    found: dict[int, tuple[int, int, int]] = {}
    for person, born, sex, place, scheme in db.session.execute(query):
        if (place, scheme) not in limits:
            limits[place, scheme] = threshold(rules_of_place(place, scheme, on))
        if (least := limits[place, scheme]) is not None:
            known = found.get(person)
            found[person] = (day_number(born), int(sex == "female"), max(least, known[2] if known else 0))
    return found


def threshold(rules: Rules) -> int | None:
    """Per mille; None where the rules do not accept the model as it stands."""
    accepted = rules.value("eligible_sources").get(KEY) == "automatic"
    return rules.value("survival_model_threshold_per_mille") if accepted else None


def _loads(path: str) -> list[int]:
    """Loads in force that may speak of the area's people: those of the area, of areas above and below it."""
    rows = db.session.execute(select(FeedLoad.id, FeedLoad.area_path).where(
        FeedLoad.status == "loaded", FeedLoad.source != KEY).order_by(FeedLoad.id))
    return [number for number, area in rows if path.startswith(area) or area.startswith(path)]


def _accepted(model: Model, asked: dict[int, tuple[int, int, int]], loads: list[int], on: int) -> Iterator[Accepted]:
    everybody = np.array(sorted(asked), dtype=np.int64)
    told = np.array([asked[one] for one in everybody.tolist()], dtype=np.int64).reshape(-1, 3)
    for bucket in np.unique(everybody >> BUCKET_BITS).tolist():
        here = everybody >> BUCKET_BITS == bucket
        people = People(everybody[here], told[here, 0], told[here, 1])
        person, day, kind = _life_signs(loads, bucket)
        rows = features(people, person, day, kind, on)
        probability, last = model.score(rows), _last(people.person, person, day, on)
        good = (probability * 1000 >= told[here, 2]) & (last > on - YEAR)
        yield Accepted(bucket, people.person[good], last[good], probability[good], rows[good], int(here.sum()))


def _life_signs(loads: list[int], bucket: int) -> tuple[Array, Array, Array]:
    """(person, day, kind) of what is surely about the person and speaks for life; kind: place in ELIGIBLE_SOURCES."""
    kinds = {one.code: ELIGIBLE_SOURCES.index(one.eligible) for one in catalogue().meanings.values()
             if one.eligible and one.eligible != KEY}
    codes, sure = pa.array(kinds, pa.int16()), NUMBER_AND_NAME
    tables = []
    for load in loads:
        file = sign_files(load).get(bucket)
        if file:
            table = pq.read_table(file, columns=["person", "day", "code", "sure"])
            tables.append(table.filter(pc.and_(pc.equal(table["sure"], sure), pc.is_in(table["code"], codes))))
    if not tables:
        return (np.zeros(0, np.int64),) * 3
    signs = pa.concat_tables(tables)
    number = np.vectorize(kinds.get, otypes=[np.int64])
    code = signs["code"].to_numpy()
    return (signs["person"].to_numpy(), signs["day"].to_numpy().astype(np.int64),
            number(code) if len(code) else np.zeros(0, np.int64))


def _last(people: Array, person: Array, day: Array, on: int) -> Array:
    """Day of the last life sign up to `on`; 0 without any."""
    last, place = np.zeros(len(people), np.int64), np.searchsorted(people, person)
    known = (place < len(people)) & (day <= on)
    known[known] &= people[place[known]] == person[known]
    np.maximum.at(last, place[known], day[known])
    return last


def _kept(model: Model, path: str, found: list[Accepted], actor: Actor, on: date) -> FeedLoad:
    sha256 = _digest(model, found)
    if known := live_load(KEY, path, sha256):
        return known
    many = sum(len(one.person) for one in found)
    made = FeedLoad(source=KEY, area_path=path, file_name=model.version, sha256=sha256, loaded_on=on, status="staging",
                    loaded_by=actor.account_id, loaded_by_person=actor.natural_person_id)
    db.session.add(made)
    db.session.flush()
    days = [date_of(int(day)) for one in found for day in one.day]
    made.rows = made.loaded = made.resolved = many
    made.first_on, made.last_on = min(days, default=None), max(days, default=None)
    made.signs, made.status = _written(made.id, model, found), "loaded"
    db.session.flush()
    _tell(made, model, sum(one.scored for one in found), actor, on)
    return made


def _tell(made: FeedLoad, model: Model, scored: int, actor: Actor, on: date) -> None:
    record(FeedLoaded(
        load=made.public_id, source=KEY, person=made.loaded_by_person, office=made.area_path, file_name=made.file_name,
        sha256=made.sha256, rows=made.rows, loaded=made.rows, unchanged=0, duplicate=0, quarantined=0, outside=0,
        unlinked=0, resolved=made.resolved, first_on=made.first_on, last_on=made.last_on,
        signs=digest_of(made.signs)),
        actor=actor, on=on, command="score_life_signs", office_path=made.area_path)
    record(LifeSignsScored(model=model.version, load=made.public_id, scored_people=scored, accepted_people=made.rows,
                           person=actor.natural_person_id), actor=actor, on=on, office_path=made.area_path)


def _digest(model: Model, found: list[Accepted]) -> str:
    text = hashlib.sha256(model.version.encode())
    for one in found:
        for values in (one.person, one.day, np.round(one.score * 1e6).astype(np.int64)):
            text.update(values.tobytes())
    return text.hexdigest()


def _written(load: int, model: Model, found: list[Accepted]) -> dict[str, str]:
    """The files of signs and, beside them, of what each rests on. Rows are numbered through the load."""
    code, first, files = catalogue().code(KEY, KEY), 1, {}
    for one in (one for one in found if len(one.person)):
        many = len(one.person)
        row = np.arange(first, first + many)
        signs = pa.table([one.person, one.day.astype(np.int32), np.full(many, code, np.int16),
                          np.full(many, NUMBER_AND_NAME, np.int8), row], schema=SIGNS)
        path = signs_folder(load) / f"{one.bucket}.parquet"
        write_table(path, signs)
        write_table(basis_file(load, one.bucket), pa.table(
            [one.person, row, np.round(one.score * 1e6).astype(np.int32), [model.version] * many, one.rows.tolist()],
            schema=BASIS))
        files[str(one.bucket)] = sha256_of(path)
        first += many
    return files


def basis_file(load: int, bucket: int) -> Path:
    return store() / "basis" / str(load) / f"{bucket}.parquet"


def basis_of(load: int, person: int, language: str) -> tuple[float, str, list[tuple[str, float]]] | None:
    """Score, version of the model, and its basis in words with how far each feature pushed; None without a score."""
    path = basis_file(load, person >> BUCKET_BITS)
    rows = pq.read_table(path, filters=[("person", "=", person)]).to_pylist() if path.is_file() else []
    if not rows:
        return None
    (row,) = rows
    model = named(row["model"], own_folder(current_app.config["INSTANCE_DIR"]))
    return row["score"] / 1e6, row["model"], basis(model, np.array(row["features"]), language)
