"""The environment alone configures the system; keys are made once and stay private."""
from __future__ import annotations

import stat
from pathlib import Path

import pytest

import settings


def _settings(folder: Path, **environ: str) -> dict[str, object]:
    return settings.from_environment({"INSTANCE_DIR": str(folder)} | environ)


def test_without_any_variable_but_the_folder_a_sqlite_file_in_it_is_used(tmp_path: Path) -> None:
    found = _settings(tmp_path)
    assert found["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'cases.db'}"
    assert (found["HOST"], found["PORT"]) == ("127.0.0.1", 8000)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_a_postgresql_address_uses_the_driver_of_this_system(scheme: str, tmp_path: Path) -> None:
    found = _settings(tmp_path, DATABASE_URL=f"{scheme}://agency@db.internal/cases")
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://agency@db.internal/cases"


def test_the_database_address_goes_before_the_folder(tmp_path: Path) -> None:
    assert _settings(tmp_path, DATABASE_URL="sqlite:///else.db")["SQLALCHEMY_DATABASE_URI"] == "sqlite:///else.db"


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first, second = _settings(tmp_path), _settings(tmp_path)
    keys = [first[name] for name in settings.KEYS]
    assert [second[name] for name in settings.KEYS] == keys
    assert len({bytes(key) for key in keys}) == 3 and all(len(key) == settings.KEY_BYTES for key in keys)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_key_from_the_environment_is_written_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    given = {name: f"{place:02x}" * settings.KEY_BYTES for place, name in enumerate(settings.KEYS)}
    assert _settings(folder, **given)["INDEX_KEY"] == b"\x02" * settings.KEY_BYTES
    assert not folder.exists()


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "eight"), ("FIELD_KEY", "abc"), ("INDEX_KEY", "00" * 16), ("THREADS", "1.5"),
                            ("SWEEP_BATCH", "0"), ("WITNESS_LATE_AFTER", "26"), ("WITNESS_LATE_AFTER", "h")]
)
def test_what_cannot_be_read_is_refused_by_name(variable: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(settings.BadSetting, match=variable):
        _settings(tmp_path, **{variable: value})
