"""Where it stays: schema, migrations, one writer, readers."""
