"""Run by Alembic: the connection is handed over open and in a transaction (database/versions.py)."""
from alembic import context

from database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=context.config.attributes.get("render_item"),
)
with context.begin_transaction():
    context.run_migrations()
