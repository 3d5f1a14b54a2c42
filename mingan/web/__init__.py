"""The bench: a web page on which anyone can measure a model.

app         the application: pages, security, errors
bench       what all pages share: the workspace, snapshots of it
snapshots   scores and comparisons of one bank, kept until something changes
visit       one request, as a page sees it
routing     from an address to a view, with roles, forms and live events
security    headers, hosts, limits;  people: roles, tokens, cookies
languages   Chinese and English;  rendering: templates;  answers: how a model's text is shown

The pages are server-rendered and work without JavaScript as far as that goes; htmx makes them
smoother. Nothing here measures anything: pages call the workspace and say what it says.
"""
