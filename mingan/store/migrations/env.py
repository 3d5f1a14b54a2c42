"""Alembic's own entry; Mingan runs migrations through `mingan.store.migrate` instead.

Kept so that `alembic` on the command line finds a complete environment when a developer writes a
new migration.
"""
