"""The files of an export, hashed while they are written."""
from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

STORED = (".xlsx",)  # packed already


class HashedFile:
    """Bytes on their way to a file: their SHA-256 and their number."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self.length = 0
        self.closed = False

    def write(self, data: Any) -> int:
        self._hash.update(data)
        self.length += len(data)
        return self._file.write(data)

    def line(self, body: Mapping[str, Any]) -> None:
        self.write(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def stated(self) -> dict[str, Any]:
        return {"sha256": self._hash.hexdigest(), "bytes": self.length}


class Folder:
    """A new folder that is being filled. Raises FileExistsError."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=False)
        self.path = path
        self._files: dict[str, HashedFile] = {}

    def file(self, name: str) -> HashedFile:
        """Open one for writing; closed by `files`."""
        (self.path / name).parent.mkdir(exist_ok=True)
        self._files[name] = HashedFile(self.path / name)
        return self._files[name]

    def stream(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self.file(name))

    def put(self, name: str, data: bytes) -> None:
        self.file(name).write(data)

    def lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        made = self.file(name)
        for row in rows:
            made.line(row)

    def files(self) -> dict[str, dict[str, Any]]:
        """Close all; name -> its SHA-256 and length, as the manifest lists them."""
        for made in self._files.values():
            made.close()
        return {name: made.stated() for name, made in sorted(self._files.items())}


def pack(folder: Path, archive: Path) -> None:
    """The folder as a zip, file after file."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            kind = zipfile.ZIP_STORED if path.suffix in STORED else zipfile.ZIP_DEFLATED
            packed.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", kind)
