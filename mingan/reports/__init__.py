"""Said in words: verdict sentences, tables, charts and the one-file report."""
