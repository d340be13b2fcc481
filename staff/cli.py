"""Commands for people and offices: `flask --app app staff ...`, `flask --app app offices load FILE`."""
from __future__ import annotations

import csv
from typing import Any, TextIO

import click
from flask.cli import AppGroup
from sqlalchemy import select

from cases.sweep import is_demonstration
from database import db
from staff import accounts
from staff.actor import SYSTEM, Actor
from staff.clock import today
from staff.first_persons import FIRST_POSTS, FirstPerson, name_first_persons
from staff.models import StaffAccount
from staff.offices import load_offices
from staff.refusals import StaffRefused
from staff.terminal import acting
from workflows.glossary import UnknownTerm, term

staff = AppGroup("staff", help="人员账号。People of the agency.")
offices = AppGroup("offices", help="机构。Offices.")


class Refused(click.ClickException):
    """The refusal in words, with its code."""

    def __init__(self, refused: StaffRefused) -> None:
        more = ", ".join(f"{key}={value}" for key, value in refused.details.items())
        super().__init__(f"{refused.refusal}: {_words(refused.refusal)} {more}".strip())


@staff.command("first-persons")
@click.option("--office", required=True, help="Code of the office at the top.")
@click.option("--from", "file", type=click.File(encoding="utf-8-sig"),
              help="CSV: post,username,display_name,id_number,password. Asked one by one when left out.")
def first_persons(office: str, file: TextIO | None) -> None:
    """Name the three administrators of an empty database; refused when there is any account."""
    persons = _read(file) if file else [_ask(post) for post in FIRST_POSTS]
    for account in _or_refused(name_first_persons, persons, office, today()):
        click.echo(f"{account.username} {account.display_name}")


@staff.command("add")
@click.option("--by", required=True, help="User name of the system administrator who opens the account.")
@click.option("--username", required=True)
@click.option("--name", "display_name", required=True)
@click.option("--office", required=True, help="Code of the office.")
@click.option("--id-number", prompt=True, hide_input=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def add(by: str, **fields: str) -> None:
    """Open an account without roles; its holder changes the password at the first sign-in."""
    account = _or_refused(accounts.create_account, _actor(by), on=today(), temporary=True, **fields)
    click.echo(account.username)


@staff.command("close")
@click.argument("username")
@click.option("--by", required=True, help="User name of the administrator who closes it.")
@click.option("--cause", required=True)
def close(username: str, by: str, cause: str) -> None:
    """Close an account: its roles and sessions end at once."""
    public_id = _account(username).public_id
    account = _or_refused(accounts.close_account, _actor(by), public_id, today(), cause)
    click.echo(account.username)


@offices.command("load")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
def load(file: TextIO) -> None:
    """Create the offices of FILE (CSV: code,name,level,parent), parents first; all of them or none."""
    created, unchanged = _or_refused(load_offices, file, actor=SYSTEM, on=today())
    click.echo(f"created {created}, already there {unchanged}")


def _or_refused(command: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return command(*args, **kwargs)
    except StaffRefused as refused:
        raise Refused(refused) from refused


def _account(username: str) -> StaffAccount:
    row = db.session.scalar(select(StaffAccount).where(StaffAccount.username == username.strip().lower()))
    if row is None:
        raise Refused(StaffRefused("UNKNOWN_ACCOUNT", username=username))
    return row


def _actor(username: str) -> Actor:
    return acting(username, demonstration=is_demonstration())


def _read(file: TextIO) -> list[FirstPerson]:
    return [FirstPerson(**{key: value.strip() for key, value in row.items()}) for row in csv.DictReader(file)]


def _ask(post: str) -> FirstPerson:
    click.echo(_words_of_role(post))
    secret = {"hide_input": True}
    return FirstPerson(post, click.prompt("username"), click.prompt("name"), click.prompt("ID number", **secret),
                       click.prompt("password", confirmation_prompt=True, **secret))


def _words(code: str) -> str:
    try:
        return term(f"refusal.{code}")
    except UnknownTerm:
        return ""


def _words_of_role(post: str) -> str:
    return f"{term(f'role.{post}')} ({post})"
