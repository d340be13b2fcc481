"""`feeds load|list|sources|withdraw|quarantine` in a terminal."""
from __future__ import annotations

import re

import pytest

from tests.matching.feeds import csv_file

pytestmark = pytest.mark.sqlite_is_enough
DAY = ("--as", "li.feeds", "--on", "2026-03-15")


@pytest.fixture
def run(app, city):
    return lambda *words: app.test_cli_runner().invoke(args=["feeds", *words])


@pytest.fixture
def path(city, tmp_path):
    rows = [(city[0].name, city[0].id_number, "2026-02-01", "已乘车"), ("王某", "", "昨天", "已乘车")]
    return csv_file(tmp_path, rows)


@pytest.mark.article("SC-9", "RS-2.1")
def test_a_file_is_loaded_listed_and_withdrawn_by_command(run, path):
    loaded = run("load", "rail_travel", str(path), *DAY)
    assert loaded.exit_code == 0, loaded.output
    assert "rows 2  loaded 1  unchanged 0  duplicate 0  quarantined 1" in loaded.output
    load = re.search(r"load (\S+)  loaded", loaded.output)[1]
    assert load in run("list", "--as", "li.feeds").output
    assert "rail_travel\t乘坐火车记录\tfresh" in run("sources", *DAY).output
    withdrawn = run("withdraw", load, "--reason", "来源更正", *DAY)
    assert withdrawn.exit_code == 0 and "withdrawn" in withdrawn.output
    again = run("withdraw", load, "--reason", "再撤", *DAY)
    assert again.exit_code == 1 and "FEED_WITHDRAWN" in again.output


def test_files_of_signs_are_compared_with_what_was_recorded_of_them(run, path, feed_store):
    load = re.search(r"load (\S+)  loaded", run("load", "rail_travel", str(path), *DAY).output)[1]
    assert run("check").exit_code == 0
    (file,) = (feed_store / "signs").rglob("*.parquet")
    file.write_bytes(b"another")
    found = run("check")
    assert found.exit_code == 1 and f"differs: {load}/0" in found.output


def test_the_quarantine_is_written_to_a_file(run, path, tmp_path):
    load = re.search(r"load (\S+)  loaded", run("load", "rail_travel", str(path), *DAY).output)[1]
    run("quarantine", load, "-o", str(tmp_path / "隔离.csv"))
    assert "昨天" in (tmp_path / "隔离.csv").read_text("utf-8-sig")


def test_refusals_are_words_and_no_tracebacks(run, path, tmp_path):
    broken = tmp_path / "x.csv"
    broken.write_text("甲,乙\n")
    assert "NO_HEADINGS_FOUND" in run("load", "rail_travel", str(broken), *DAY).output
    assert "OUT_OF_AREA" in run("load", "rail_travel", str(path), "--office", "51", *DAY).output
    assert run("load", "no_such_source", str(path), *DAY).exit_code == 2


def test_a_county_lists_no_load_of_the_city(run, path):
    from tests.people import make_account

    run("load", "rail_travel", str(path), *DAY)
    make_account("yang.feeds", ["caseworker"], "510107")
    assert run("list", "--as", "yang.feeds").output == ""
