"""Members that are no language models: each answers what it is sure of, and abstains otherwise."""
