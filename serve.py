"""Serves the application with waitress on HOST:PORT and says where, and on a demonstration, whom to sign in as."""
from __future__ import annotations

import sys
from pathlib import Path

from waitress import create_server

from app import create_app

SIGN_INS = "sign-ins.txt"  # written by `demo load`, never for a database used for real


def main() -> int:
    app = create_app()
    host, port = app.config["HOST"], app.config["PORT"]
    try:
        server = create_server(app, host=host, port=port, threads=app.config["THREADS"], ident=None)
    except OSError as error:
        print(f"Cannot listen on {host}:{port}: {error.strerror}. Set PORT to a free one.", file=sys.stderr)
        return 1
    print(f"\nhttp://{host}:{port}/   (stop with Ctrl-C)\n", flush=True)
    sign_ins = Path(app.config["INSTANCE_DIR"]) / SIGN_INS
    if sign_ins.exists():
        print(sign_ins.read_text(encoding="utf-8"), flush=True)
    try:
        server.run()
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
