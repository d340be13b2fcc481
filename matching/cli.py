"""`flask matching ...`: the commands of this part, each from its own package."""
from __future__ import annotations

from flask.cli import AppGroup

from matching.linkage.commands import linkage
from matching.results import commands
from matching.survival.commands import survival

matching = AppGroup("matching", help="数据比对 / matching with other registers.")
for command in (commands.run, commands.apply, commands.show_due, commands.clear_files, linkage, survival):
    matching.add_command(command)
