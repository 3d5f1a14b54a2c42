"""How we ask: a plan, an adaptive limiter, retries, budgets, and resuming after any death."""
