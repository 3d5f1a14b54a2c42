"""A newcomer at the bench, in a real browser: from three files to a shared report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from web_help import Served, Watched

from mingan.workspace import Workspace

DROP = """(files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name, {type: "text/csv"}));
  return transfer;
}"""


def test_a_newcomer_from_three_files_to_a_report(
    browser: Any, test_data: Path, tmp_path: Path
) -> None:
    files = sorted((test_data / "zbench").glob("*.samples.csv"))
    assert len(files) == 3
    with Workspace.open(tmp_path / "w.db") as workspace, Served(workspace) as served:
        watched = Watched(browser, served.url, accept_downloads=True)
        page = watched.page
        page.goto("/")
        _drop(page, files)
        _see_the_table(page, served)
        _open_compare(page)
        _switch_language(page)
        report = _export_report(page, tmp_path)
        assert watched.faults == []
        watched.context.close()
        assert workspace.store.verify() == []
        assert sum(1 for _ in workspace.store.answers()) == 311 * 14 - 18
    _read_offline(browser, report)


def _drop(page: Any, files: list[Path]) -> None:
    """Drop the three files on the page, and see what came in."""
    page.get_by_role("link", name="把表格拖进来").click()
    texts = [[file.name, file.read_text(encoding="utf-8-sig")] for file in files]
    zone = page.locator("[data-drop]")
    zone.dispatch_event("drop", {"dataTransfer": page.evaluate_handle(DROP, texts)})
    page.get_by_role("button", name="存进工作区").click()


def _see_the_table(page: Any, served: Served) -> None:
    page.get_by_role("link", name="看结论").click(timeout=120_000)
    rows = page.locator("table.scores tbody tr")
    rows.nth(13).wait_for(timeout=60_000)
    assert rows.count() == 14
    assert "gpt4" in rows.first.inner_text()
    assert "分不出高下" in page.locator("h1").inner_text()


def _open_compare(page: Any) -> None:
    """gpt4 right and 文心 wrong; then the permalink of a question."""
    page.get_by_role("link", name="对比", exact=True).click()
    page.get_by_label("模型 A", exact=True).select_option("gpt4")
    page.get_by_label("模型 A 的判定").select_option("right")
    page.get_by_label("模型 B", exact=True).select_option("文心")
    page.get_by_label("模型 B 的判定").select_option("wrong")
    page.get_by_role("button", name="筛选").click()
    page.wait_for_url("**is=gpt4%3Aright**")
    shown = page.get_by_role("status").first.inner_text()
    assert "/ 311 题" in shown
    assert 50 < int(shown.split("显示 ")[1].split(" /")[0]) < 120
    link = page.get_by_role("link", name="固定链接").first
    name = link.inner_text().split()[-1]
    link.click()
    page.wait_for_url(f"**/compare/q/{name}**")
    assert page.locator("article").count() == 14


def _switch_language(page: Any) -> None:
    """English and back, on the same page."""
    before = page.url
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/compare/q/**")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh/compare/q/**")
    assert page.url == before


def _export_report(page: Any, folder: Path) -> Path:
    page.get_by_role("link", name="总览").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出报告").click()
    path = folder / "report.html"
    coming.value.save_as(path)
    return path


def _read_offline(browser: Any, report: Path) -> None:
    """The report opens from the disk without a network, with its table, charts and answers."""
    context = browser.new_context(offline=True, locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(report.as_uri())
    assert page.locator("table.scores tbody tr").count() == 14
    assert page.locator("svg.chart").count() >= 3
    page.locator(".questions button").first.click()
    assert page.locator(".answer").first.is_visible()
    assert faults == []
    context.close()
