"""Whom we ask: OpenAI-compatible endpoints, local files, recorded and pasted answers, a script."""
