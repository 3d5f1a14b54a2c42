"""Runs a program inside the walls and says what it gave back, test by test.

It reports values, never verdicts: what was expected is not in this process. Whatever a program does
to this module, to the interpreter or to the pipe, it can only send other values than it would have.

A report is a row of lines, each a JSON list:

    ["ready"]                            the walls stand; nothing of the program has run
    ["no program", reason]               the text is no Python, or uses what is forbidden
    ["no function"]                      it ran to its end and did not define the function
    ["loaded"]                           it ran to its end and did
    [3, "value", value]                  what the function gave back for test 3
    [3, "raised", kind, text, line]      what it raised
    ["raised", kind, text, line]         what the program raised outside of any test
    ["done"]                             nothing is missing
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

from .encoding import TooLarge, encode, quoted

TYPE_CHECKING = False  # the module typing takes longer to load than all of this
if TYPE_CHECKING:
    from typing import Any

NAME = "<answer>"


def run(job: dict[str, Any], results: int) -> None:
    """Check, load and call the program; report to the descriptor `results`."""
    code = _compiled(job, results)
    if code is None:
        return None
    program = ModuleType("answer" if job["function"] else "__main__")
    sys.modules[program.__name__] = program
    try:
        exec(compile(job["setup"], "<setup>", "exec", dont_inherit=True), program.__dict__)
        exec(code, program.__dict__)
    except SystemExit as ending:
        if job["function"]:
            return _send(results, _raised(ending))
    except BaseException as error:
        return _send(results, _raised(error))
    if job["function"]:
        if job["function"] not in program.__dict__:
            return _send(results, '["no function"]')
        _send(results, '["loaded"]')
        _call_all(program, job, results)
    else:
        _finish_program()
    return _send(results, '["done"]')


def _compiled(job: dict[str, Any], results: int) -> Any:
    """The program's code, or None when there is nothing to run, which is reported."""
    try:
        if job["forbid"]:
            from .forbidden import first_forbidden

            used = first_forbidden(job["code"], job["forbid"])
            if used:
                _send(results, f'["no program","forbidden",{quoted(used)},0]')
                return None
        return compile(job["code"], NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        said = getattr(error, "msg", "") or str(error)
        _send(results, f'["no program","syntax",{quoted(said)},{line}]')
    except (MemoryError, RecursionError) as error:
        _send(results, f'["no program","syntax",{quoted(type(error).__name__)},0]')
    return None


def _call_all(program: ModuleType, job: dict[str, Any], results: int) -> None:
    for number, arguments in enumerate(job["tests"]):
        try:
            value = program.__dict__[job["function"]](*arguments)
            if type(value).__name__ == "coroutine":
                import asyncio

                value = asyncio.run(value)
            line = f'[{number},"value",{encode(value)}]'
        except TooLarge:
            line = f'[{number},"raised","TooLarge","",0]'
        except BaseException as error:
            line = f"[{number},{_raised(error)[1:]}"
        _send(results, line)


def _finish_program() -> None:
    """Let threads end and the output out, as the interpreter would."""
    threading = sys.modules.get("threading")
    try:
        if threading is not None:
            threading._shutdown()
        sys.stdout.flush()
    except BaseException:
        return


def _raised(error: BaseException) -> str:
    """What was raised, where; nothing that a hostile exception does can stop this."""
    try:
        kind, text = quoted(type(error).__name__), quoted(str(error))
    except BaseException:
        kind, text = '"Exception"', '""'
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f'["raised",{kind},{text},{line}]'


def _send(results: int, line: str, write: Any = os.write) -> None:
    data = f"{line}\n".encode()
    while data:
        data = data[write(results, data) :]
