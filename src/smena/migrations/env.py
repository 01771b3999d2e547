"""Alembic's entry: runs inside the connection that `smena.migrations.apply` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)
context.run_migrations()
