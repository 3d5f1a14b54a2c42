"""`mingan serve`: the bench in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mingan.cli import say
from mingan.cli.options import ModelsFileOption, WorkspaceOption, help_
from mingan.language import Text

HostOption = Annotated[
    str,
    typer.Option(help=help_("在哪个地址上开；不是本机地址就要口令",
                            "the address to serve on; beyond this machine tokens are needed")),
]  # fmt: skip

PortOption = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help=help_("端口（默认 8660 起第一个空的）",
                                              "the port (default: the first free one from 8660)")),
]  # fmt: skip

TokensOption = Annotated[
    bool,
    typer.Option("--tokens", help=help_("在本机上也要口令", "ask for tokens on this machine too")),
]

NewTokensOption = Annotated[
    bool,
    typer.Option("--new-tokens", help=help_("换一套口令，旧的全部作废",
                                            "make new tokens; the old ones are void")),
]  # fmt: skip

OpenOption = Annotated[
    bool,
    typer.Option("--open/--no-open", help=help_("打开浏览器", "open the browser")),
]


LadderOption = Annotated[
    Path,
    typer.Option("--ladder", metavar="FOLDER",
                 help=help_("风洞页看哪个阶梯的文件夹",
                            "the ladder's folder for the wind tunnel page")),
]  # fmt: skip


_LADDER = Path("ladder")


def serve(
    workspace: WorkspaceOption = None,
    models: ModelsFileOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    tokens: TokensOption = False,
    new_tokens: NewTokensOption = False,
    ladder: LadderOption = _LADDER,
    open_: OpenOption = True,
) -> int:
    """The bench: measure models on a web page. It is on this machine only, unless you say more."""
    import sys
    import webbrowser

    from mingan.web.serve import find_place, invitations, make_bench
    from mingan.web.serve import serve as keep_serving
    from mingan.workspace import Workspace

    place = find_place(host, port)
    with Workspace.open(workspace) as opened:
        bench = make_bench(opened, place, tokens=tokens, renew=new_tokens, models_file=models,
                           ladder=ladder)  # fmt: skip
        lines = invitations(bench, place)
        for who, address in lines:
            say.out(Text(f"{who.zh}：{address}", f"{who.en}: {address}"))
        sys.stdout.flush()  # a program that started us waits for the address
        if bench.door.guarded:
            say.note(
                Text(
                    "把地址只给该给的人：口令就在里面。别人连不上时，把其中的主机名换成本机的 IP。"
                    "网络上的人看得见 http 的内容；要紧的话，请放在 https 代理后面。",
                    "Give each address only to whom it is for: the token is in it. Where others "
                    "cannot reach it, put this machine's IP for the host name. Others in the "
                    "network can read plain http; where that matters, put it behind an https "
                    "proxy.",
                )
            )
        say.note(Text("按 Ctrl-C 停下。", "Ctrl-C stops it."))
        if open_ and place.loopback:
            webbrowser.open(lines[0][1])
        keep_serving(bench, place)
    return 0
