"""What it means: pure functions over a response matrix; knows no database and no network."""
