"""The bodies that people read, from templates: a mail as its whole text, a robot's message as title and lines."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from jixiao.events import AlertChanged
from jixiao_alerts.render import FormLines, by_form

MAIL_LINES = 200
ROBOT_BYTES = 1800  # WeCom takes 2,048 bytes of text, the others more
ROBOT_LINES = 10

_templates = Environment(
    loader=PackageLoader("jixiao_alerts"),
    autoescape=lambda name: bool(name and name.endswith(".html")),
    undefined=StrictUndefined,
)


def mail(
    message_id: UUID, sender: str, changes: Sequence[AlertChanged], link_only: bool, address: str, at: datetime
) -> bytes:
    """A mail without its recipient's line, HTML and text, grouped by form."""
    forms = by_form(changes[:MAIL_LINES], address)
    values = {
        "subject": "绩效预警" if link_only else _subject(forms, len(changes)),
        "forms": forms,
        "count": len(changes),
        "left_off": max(0, len(changes) - MAIL_LINES),
        "link_only": link_only,
        "address": address,
    }
    text, html = (_templates.get_template(name).render(values) for name in ("mail.txt", "mail.html"))
    return _letter(message_id, sender, str(values["subject"]), text, html, at)


def plain_mail(message_id: UUID, sender: str, subject: str, text: str, at: datetime) -> bytes:
    """A mail of a few words."""
    return _letter(message_id, sender, subject, text, None, at)


def robot(changes: Sequence[AlertChanged], link_only: bool, address: str) -> bytes:
    """The title in the first line, then a line a change; what has no room is counted."""
    if link_only:
        links = dict.fromkeys(form.link for form in by_form(changes, address))
        return _fitting("绩效预警", [f"有 {len(changes)} 条预警变动，请登录系统查看：", *links], 0, address)
    forms = by_form(changes[:ROBOT_LINES], address)
    lines = []
    for form in forms:
        lines.append(f"■ {form.unit} {form.project}")
        for line in form.lines:
            figures = "" if line.stated is None else f"（填报数 {line.stated}，复核数 {line.computed or '—'}）"
            lines.append(f"【{line.light}·{line.title}】{line.sentence}{figures} {line.link}")
    return _fitting(_subject(forms, len(changes)), lines, len(changes) - ROBOT_LINES, address)


def _subject(forms: Sequence[FormLines], count: int) -> str:
    first = forms[0]
    more = f"等 {count} 条" if count > 1 else first.lines[0].title
    return f"绩效预警：{first.unit}《{first.project}》{more}"


def _letter(message_id: UUID, sender: str, subject: str, text: str, html: str | None, at: datetime) -> bytes:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = " ".join(subject.split())
    letter["From"] = Address("绩效预警系统", addr_spec=sender)
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text, cte="base64")
    if html is not None:
        letter.add_alternative(html, subtype="html", cte="base64")
        letter.set_boundary(f"=_{message_id.hex}")
    return letter.as_bytes()


def _fitting(title: str, lines: Sequence[str], left_off: int, address: str) -> bytes:
    kept, room = [title], ROBOT_BYTES - len(title.encode()) - 200
    for at, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            left_off += len(lines) - at
            break
        kept.append(line)
    if left_off > 0:
        kept.append(f"其余内容请登录系统查看：{address}/alerts")
    return "\n".join(kept).encode()
