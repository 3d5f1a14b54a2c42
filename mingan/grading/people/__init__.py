"""Grading by people: what they are shown, and what their clicks come to.

masking    names that give away who wrote an answer; names and lookalikes are its data
queueing   which answers go into a blind queue, and in which order
outcome    from clicks to grades and votes
tables     from a revealed queue to a table of models
"""
