"""Scores at work: which model answers, decided by what was measured.

    policy.py        what a policy is: an Ask goes in, a Choice comes out
    members/         members that are no language models: rules that answer or abstain, at no cost

The gateway serves; it must not know how a question of a bank is graded.
"""
