"""`feeds load|list|check|withdraw|quarantine|sources`: the pages' commands, in a terminal."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from cases.imports.cli import AS, FILE, ON, acting_as, bar, day_of, said
from database import db
from matching.feeds.checking import differing
from matching.feeds.freshness import freshness
from matching.feeds.loading import load
from matching.feeds.models import FeedLoad
from matching.feeds.quarantine import write_quarantine
from matching.feeds.store import Busy
from matching.feeds.withdrawing import withdraw
from rules.feeds import catalogue
from staff.models import Office
from staff.offices import office_by_code
from workflows.glossary import term

COUNTS = ("rows", "loaded", "unchanged", "duplicate", "quarantined", "outside", "unlinked")
OFFICE = click.option("--office", "office_code", help="为哪个机构的人员载入，默认为办理账号所在机构 / "
                      "whose people it is about; default: the account's office")


@click.group("feeds")
def feeds() -> None:
    """其他部门的数据 / feeds of other registers."""


@feeds.command("load", help="载入一个来源的文件 / load a file of a source. 同一文件只载入一次 / once, however often.")
@click.argument("source", type=click.Choice(sorted(catalogue().sources)), metavar="SOURCE")
@FILE
@OFFICE
@AS
@ON
def load_command(source: str, file: Path, office_code: str | None, username: str, on: datetime | None) -> None:
    with _told():
        day, actor = day_of(on), acting_as(username)
        office = office_by_code(office_code) if office_code else db.session.get_one(Office, actor.office_id)
        with bar(file.name) as progress:
            brought = load(file, source, office, actor, day, progress=progress)
        _show(brought)


@feeds.command("list", help="已载入的数据 / what was loaded, newest last.")
@click.option("--source", type=click.Choice(sorted(catalogue().sources)), metavar="SOURCE")
@AS
def list_command(source: str | None, username: str) -> None:
    actor = acting_as(username)
    query = select(FeedLoad).order_by(FeedLoad.id)
    for brought in db.session.scalars(query.filter_by(source=source) if source else query):
        if actor.covers(brought.area_path):
            _show(brought)


@feeds.command("sources", help="各来源及其时效 / every source, and how fresh it is.")
@AS
@ON
def sources_command(username: str, on: datetime | None) -> None:
    for one in freshness(acting_as(username), day_of(on)):
        last = f"{one.loaded_on}" if one.loaded_on else "-"
        click.echo(f"{one.source.key}\t{term(f'feed.{one.source.key}')}\t{one.state}\t{last}")


@feeds.command("check", help="核对各批数据的文件与记载 / compare the files of signs with what was recorded.")
def check_command() -> None:
    found = list(differing(db.session.scalars(select(FeedLoad.id).where(FeedLoad.status == "loaded"))))
    for name in found:
        click.echo(f"不一致 / differs: {name}")
    click.echo(f"{len(found)} 个文件不一致 / files differ")
    if found:
        raise click.exceptions.Exit(1)


@feeds.command("withdraw", help="撤回一批数据，其内容不再作数 / withdraw a load: what it says no longer counts.")
@click.argument("load_id")
@click.option("--reason", required=True, help="原因 / why")
@AS
@ON
def withdraw_command(load_id: str, reason: str, username: str, on: datetime | None) -> None:
    with _told():
        actor = acting_as(username)
        _show(withdraw(_load(load_id).id, actor, day_of(on), reason))


@feeds.command("quarantine", help="写出隔离清单 / write the rows that say nothing, and why.")
@click.argument("load_id")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
def quarantine_command(load_id: str, output: Path, language: str) -> None:
    with open(output, "wb") as stream:
        click.echo(f"{output}: {write_quarantine(_load(load_id), stream, language)}")


@contextmanager
def _told() -> Iterator[None]:
    try:
        with said():
            yield
    except Busy as busy:
        raise click.ClickException("另一个进程正在载入 / another process is loading it") from busy


def _load(public_id: str) -> FeedLoad:
    found = db.session.scalar(select(FeedLoad).where(FeedLoad.public_id == public_id))
    if found is None:
        raise click.ClickException(f"没有这批数据 / no such load: {public_id}")
    return found


def _show(brought: FeedLoad) -> None:
    click.echo(f"load {brought.public_id}  {brought.status}  {brought.source}  {brought.area_path}  "
               f"{brought.loaded_on}  {brought.file_name}")
    click.echo("  " + "  ".join(f"{name} {getattr(brought, name)}" for name in COUNTS))
    if brought.unread:
        click.echo(f"  未读取的列 / columns not read: {'、'.join(brought.unread)}")
