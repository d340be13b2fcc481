"""The same course of a resumption by Django, django-fsm-2 and django-auditlog: `python django_side.py URL COMMAND`.

Run by the virtual environment of `make bench-compare`, never by the product. Six transactions a decision, each under
row locks: paper, opening, submission, three signatures by three persons. Every save is logged by django-auditlog.
It asks far fewer questions than the product does (no arrears, no rules, no eligibility, no digest of the whole record,
no relatives, no encryption): what it leaves out is in its favour.
"""
from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings

ON = date(2026, 3, 15)
SIGNERS = (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao"))


def configure(url: str) -> None:
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname])[0]
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "auditlog", "django_fsm"],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "USER": unquote(parts.username),
            "PASSWORD": unquote(parts.password or ""), "HOST": unquote(host), "PORT": parts.port or "",
            "CONN_MAX_AGE": None, "OPTIONS": {"prepare_threshold": 5}}},
        USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", SECRET_KEY="benchmark")
    django.setup()


def commands() -> dict:
    from django_models import Case, fill, make_tables

    def run(first: str, count: str) -> None:
        ids = list(Case.objects.filter(state="suspended").order_by("id").values_list("id", flat=True))
        mine = ids[int(first):int(first) + int(count) + 3]
        for case in mine[:3]:
            decide(case)
        print("ready", flush=True)
        sys.stdin.readline()
        start, busy = time.perf_counter(), processor()
        for case in mine[3:]:
            decide(case)
        print(json.dumps([time.perf_counter() - start, processor() - busy]), flush=True)

    return {"make": lambda count: (make_tables(), fill(int(count))), "run": run, "writes": writes}


def processor() -> float:
    """Processor seconds of this process and of its own one in the database."""
    from django.db import connection

    server = f"/proc/{connection.connection.info.backend_pid}/schedstat"
    with open(server) as told:
        return time.process_time() + int(told.read().split()[0]) / 1e9


def writes() -> None:
    """One decision's writes, by statement and table."""
    from collections import Counter

    from django.db import connection
    from django_models import Case

    seen: Counter[str] = Counter()

    def count(execute, sql, params, many, context):
        head = sql.split()
        if head[0] in ("INSERT", "UPDATE"):
            seen[" ".join(head[:3] if head[0] == "INSERT" else head[:2]).replace('"', "")] += 1
        else:
            seen["(other statements)"] += 1
        return execute(sql, params, many, context)

    case = Case.objects.filter(state="suspended").order_by("-id").first()
    with connection.execute_wrapper(count):
        decide(case.id)
    print(json.dumps(seen))


def decide(case_id: int) -> None:
    from django_models import add_paper, open_decision, sign, submit

    paper = add_paper(case_id, "li", hashlib.sha256(b"paper").hexdigest())
    made = open_decision(case_id, "li", paper)
    submit(made, "li")
    for action, who in SIGNERS:
        sign(made, action, who)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    configure(sys.argv[1])
    commands()[sys.argv[2]](*sys.argv[3:])
