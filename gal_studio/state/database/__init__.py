"""SQLite: connection, tables, upgrades, the undo log and idempotency keys."""
