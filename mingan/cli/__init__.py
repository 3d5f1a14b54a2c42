"""The command line: `mingan COMMAND …`.

    app.py      main(): language, errors and exit statuses; puts the commands together
    options.py  the options that several commands share
    say.py      what is said to a person (stderr) and to a program (stdout, JSON)
    ask.py      run
    bring.py    import, grade
    look.py     scores, compare, report, export
    banks.py    bank list, check, export
    models.py   models list, fetch, test
    doctor.py   doctor

A command is a few lines that call `mingan.workspace`. Every command takes `--workspace`, and where
it reports, `--json`: exactly one JSON document on stdout, everything else on stderr. Exit status:
0 done, 1 finished but something fell short (said which), 2 bad usage or input.
"""

from mingan.cli.app import main

__all__ = ["main"]
