"""What a reader should know before repeating a finding: suspect keys, gaps, contamination, drift.

Each is one card: what was found, one sentence on what that means, and where to look. The findings
are those of the charts; nothing is decided here.
"""

from __future__ import annotations

from mingan.bank.twins import JOINT
from mingan.language import Text, counted
from mingan.reports.charts import days
from mingan.reports.contaminated_sentences import contamination_headline
from mingan.reports.drift_sentences import drift_sentence
from mingan.reports.drifted import Drift
from mingan.reports.item_sentences import item_sentence
from mingan.reports.page_scores import attention
from mingan.reports.safe import short_name
from mingan.reports.standing import claim
from mingan.web.contamination import report_of
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit
from mingan.web.watched import watched_of

Card = dict[str, str]


def cards(visit: Visit, snapshot: Snapshot) -> list[Card]:
    """All of them, alarms first."""
    if snapshot.why_not is not None:
        return []
    found = [
        *_suspects(visit, snapshot),
        *_twins(visit, snapshot),
        *watches(visit),
        *_days(visit, snapshot),
        *(card | {"href": "", "link": ""} for card in attention(snapshot.data, visit.lang)),
    ]
    order = ("alarm", "unsure", "note")
    return sorted(found, key=lambda card: order.index(card["kind"]))


def _card(visit: Visit, kind: str, title: Text, text: Text, link: Text, href: str) -> Card:
    return {
        "kind": kind,
        "title": visit.say(title),
        "text": visit.say(text),
        "link": visit.say(link),
        "href": href,
    }


def _suspects(visit: Visit, snapshot: Snapshot) -> list[Card]:
    suspect = snapshot.items.suspect
    if not suspect:
        return []
    first = item_sentence(suspect[0])
    title = Text(
        f"{len(suspect)} 道题的参考答案可疑",
        f"{counted(len(suspect), 'key')} {'looks' if len(suspect) == 1 else 'look'} suspect",
    )
    text = Text(
        f"先核对参考答案，再下结论。例如 {first.zh}",
        f"Look at the keys before you conclude. For example, {first.en}",
    )
    href = visit.url("/compare", bank=snapshot.bank, sort="suspect")
    return [_card(visit, "alarm", title, text, Text("逐题查看", "Look at each question"), href)]


def _twins(visit: Visit, snapshot: Snapshot) -> list[Card]:
    """Whether the scores were earned, as far as hidden questions tell."""
    if JOINT in snapshot.bank:
        return []
    report = report_of(snapshot)
    told = [row for row in report.rows if row.refusal != "no-hidden"]
    if not told:
        title = Text("还没有用暗题核对", "Not checked with hidden twins yet")
        text = Text(
            "公开的题可能被模型训练过，得分会虚高。用同逻辑的暗题再测一遍，才知道分数是不是挣来的。",
            "Public questions may have been trained on, which inflates a score. Asking hidden "
            "twins of the same logic tells whether it was earned.",
        )
        href = visit.url("/run", bank=snapshot.bank, twins="1")
        return [_card(visit, "unsure", title, text, Text("测一遍暗题", "Ask the twins"), href)]
    accused = bool(report.alarms)
    title = (
        Text("有模型可能见过题", "A model may have seen the questions")
        if accused
        else Text("和暗题对过", "Checked against hidden twins")
    )
    href = visit.url("/contamination", bank=snapshot.bank)
    text, link = contamination_headline(report), Text("逐个看", "One by one")
    return [_card(visit, "alarm" if accused else "note", title, text, link, href)]


def watches(visit: Visit) -> list[Card]:
    """Whether a watched model changed, on whatever bank."""
    watched = watched_of(visit.bench)
    rows = [row for row in watched.report().rows if not row.ended]
    found = [_watch(visit, row) for row in rows if row.verdict == "changed"]
    if watched.why_not is not None:
        title = Text("漂移看不了", "Drift cannot be looked at")
        href = visit.url("/drift")
        found.append(
            _card(visit, "unsure", title, watched.why_not, Text("去看", "Have a look"), href)
        )
    elif rows and not found:
        title, text = Text("盯着的模型没有变", "No watched model changed"), drift_sentence(rows[0])
        if any(row.verdict != "no change" for row in rows):
            title = Text("盯着的模型变没变，还说不准", "Whether a watched model changed is open")
        href = visit.url("/drift")
        found.append(_card(visit, "note", title, text, Text("逐日看", "Day by day"), href))
    return found


def _watch(visit: Visit, row: Drift) -> Card:
    """A model that changed, by a watch of any bank."""
    name = short_name(row.model)
    title = Text(f"{name} 变了", f"{name} changed")
    href = visit.url(f"/drift/{row.watch}")
    return _card(visit, "alarm", title, drift_sentence(row), Text("逐日看", "Day by day"), href)


def _days(visit: Visit, snapshot: Snapshot) -> list[Card]:
    """Runs of one bank on several days; nothing where nobody was asked twice."""
    found = snapshot.days
    if not found.scores:
        return []
    changes = (found.changes or {}).values()
    moved = any(claim(pair) in ("certain", "conditional") for pair in changes)
    title = (
        Text("有模型变了", "A model has changed")
        if moved
        else Text("没有看到漂移", "No drift seen")
        if changes
        else Text("几天的回答不能连起来看", "The days cannot be joined")
    )
    href = visit.url("/charts/days", bank=snapshot.bank)
    kind = "alarm" if moved else "note"
    return [_card(visit, kind, title, days.finding(found), Text("看历史", "Day by day"), href)]
