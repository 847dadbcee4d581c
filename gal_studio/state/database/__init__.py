"""SQLite: connection, migrations, the undo log and idempotency keys."""
