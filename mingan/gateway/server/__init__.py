"""One OpenAI-compatible address behind which measured scores decide who answers.

    app.py        the addresses, and what every one of them must say when it fails
    chat.py       one ask: a policy's choice, carried out and told
    hub.py        what all asks share: members, the policy, keys, the books
    speech.py     in which API's words; messages.py is Anthropic's
    relay.py      /v1/responses and /v1/embeddings, passed through; relayed.py reads beside them
    visitors.py   his body, his key, his leaving
    upstream.py   one member, reached over HTTP or as a model of any other kind
    ruled.py      a rule as a member
    events.py     what one event or body of a chat says, and how we write our own
    breaker.py    when to leave a failing member alone
    ledger.py     virtual keys, budgets by reserve-then-settle, and the traffic, in one SQLite file
    faults.py     what a visitor is told when something fails
    metrics.py    counts for Prometheus
    limits.py     how often and how many at once a key may ask
    serve.py      starting it

Nothing here knows how a policy comes to its choice; see `mingan.gateway.policy`.
"""
