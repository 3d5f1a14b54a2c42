"""What we ask: reading, checking and writing banks of questions, and importing others' files.

    load(path)      a bank from CSV, XLSX, JSON or JSON Lines
    check(path)     everything that is wrong with one, row by row
    find(name)      a built-in bank by name, or a file
    write(…)        questions into CSV or JSON Lines
    detect(path)    which importer a file is for; "bank" when it is one itself

The room knows no grader, no model that is asked and no store.
"""

from mingan.bank.banks import Bank, GraderFaults, builtin, builtin_names, check, find, load
from mingan.bank.faults import Fault
from mingan.bank.importers import Imported, detect
from mingan.bank.writing import check_ending, to_csv, to_jsonl, write

__all__ = [
    "Bank",
    "Fault",
    "GraderFaults",
    "Imported",
    "builtin",
    "builtin_names",
    "check",
    "check_ending",
    "detect",
    "find",
    "load",
    "to_csv",
    "to_jsonl",
    "write",
]
