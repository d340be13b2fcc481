"""Two servers of the application, each a process of its own on one database, and people who sign in to them.

A request whose address ends in `HELD` waits until both servers hold one: then both begin in the same moment.
"""
from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from waitress.server import create_server

from database import db
from tests.people import PASSWORD

ANSWER_WITHIN = 60  # seconds
SERVERS = 2
HELD = "?at-once"


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.promises.loaded"])  # each process begins with it


def serve(url: str, folder: str, on: date, start: Any, line: Connection) -> None:
    """The process of a server; tells its port, and drops its connections whenever told anything."""
    from app import create_app
    from tests.conftest import configured

    app = create_app(configured(url, Path(folder)) | {"TODAY": on})
    server = create_server(held_at_once(app, start), host="127.0.0.1", port=0, threads=2)
    Thread(target=server.run, daemon=True).start()
    line.send(server.effective_port)
    for _told in iter(line.recv, None):
        with app.app_context():
            db.engine.dispose()
        line.send(server.effective_port)


def held_at_once(app: Callable, start: Any) -> Callable:
    def application(environ: dict, respond: Callable) -> Any:
        if "?" + environ.get("QUERY_STRING", "") == HELD:
            start.wait(ANSWER_WITHIN)
        return app(environ, respond)
    return application


@dataclass
class Visitor:
    """A person signed in to the server at `port`."""

    port: int
    cookie: str = ""

    def sign_in(self, username: str) -> Visitor:
        status, _text = self.post("/sign-in", username=username, password=PASSWORD)
        assert status == 302
        return self

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Status and text of the answer."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN)
        line.request("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded",
                                                       "Cookie": self.cookie})
        answer = line.getresponse()
        for given in answer.headers.get_all("Set-Cookie", ()):
            self.cookie = given.partition(";")[0] if given.startswith("session=") else self.cookie
        text = answer.read().decode()
        line.close()
        return answer.status, text


class Servers:
    """Two of them, for as long as the context is open. `ports`: where they listen."""

    def __init__(self, url: str, folder: Path, on: date) -> None:
        self._given = (url, str(folder), on, PROCESSES.Barrier(SERVERS))

    def __enter__(self) -> Servers:
        self._lines, self._started = [], []
        for _ in range(SERVERS):
            mine, theirs = PROCESSES.Pipe()
            self._started.append(PROCESSES.Process(target=serve, args=(*self._given, theirs), daemon=True))
            self._started[-1].start()
            self._lines.append(mine)
        self.ports = [told(line) for line in self._lines]
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self._started:
            process.terminate()
            process.join(ANSWER_WITHIN)

    def let_go(self) -> None:
        """They close their connections, for the database is about to be another one."""
        for line in self._lines:
            line.send("let go")
            told(line)


def told(line: Connection) -> Any:
    assert line.poll(ANSWER_WITHIN), "no answer from the process"
    return line.recv()


Post = tuple[Visitor, str, dict[str, str]]


def at_once(*posts: Post) -> list[tuple[int, str]]:
    """One post to each server, begun in the same moment."""
    with ThreadPoolExecutor(len(posts)) as people:
        answers = [people.submit(who.post, path + HELD, **fields) for who, path, fields in posts]
        return [answer.result() for answer in answers]


def refusal_of(text: str) -> str:
    """The words of the error page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<main")[2]))
