"""`flask matching ...`: the commands of this part, each from its own package."""
from __future__ import annotations

from flask.cli import AppGroup

from matching.linkage.commands import linkage
from matching.results import commands

matching = AppGroup("matching", help="数据比对 / matching with other registers.")
matching.add_command(linkage)
for command in (commands.run, commands.apply, commands.show_due):
    matching.add_command(command)
