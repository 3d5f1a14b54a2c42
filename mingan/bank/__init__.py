"""What we ask: reading, checking and writing banks of questions, and importing others' files."""
