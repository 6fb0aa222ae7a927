"""``read``: from the bytes of a file to the forms in it. Pure: no file, network, clock or log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from jixiao.forms.document import Document
from jixiao.forms.model import Accounts, AccountsTable, Claim, Decision, Form, Model
from jixiao.runtime.errors import Unreadable
from jixiao_parser.kinds import Kind, kind_of
from jixiao_parser.limits import FILE, MIB
from jixiao_parser.readers import READERS, REFUSALS, SEEN
from jixiao_parser.readers.archive import members
from jixiao_parser.readers.sight import can_see
from jixiao_parser.recognise import recognised

NO_FORM = "文件中没有找到项目支出绩效自评表。请确认上传的是自评表，且表中有项目名称、资金和绩效指标。"
SCANNED = (
    "文件是扫描件或图片，没有可读取的文字，且未安装文字识别组件。"
    "请上传自评表的原始文件（XLSX、DOCX或带文字的PDF），或请管理员用 make setup-ocr 安装文字识别组件后重新上传。"
)
UNSEEN = "第{}页是图片，未安装文字识别组件，没有读取。请确认其中没有自评表。"
EMPTY_ARCHIVE = "压缩包中没有文件。请检查后重新上传。"


class Refusal(Model):
    """A file of an archive that was not read, and why."""

    member: str
    reason: str


class Reading(Model):
    """What a file holds: its forms in their order, and notes for people, such as why there is none.

    ``refusals``: the files of an archive that were not read; the others were. ``accounts``: the final accounts
    (部门决算) in it, their ordinals from 0 down; ``decisions``: what was tried on the way, and why.
    """

    forms: tuple[Form, ...] = ()
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    accounts: tuple[Form, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What the texts of all accounts claim."""
        return tuple(claim for each in self._contents for claim in each.claims)

    @property
    def tables(self) -> tuple[AccountsTable, ...]:
        """The tables of all accounts."""
        return tuple(table for each in self._contents for table in each.tables)

    @property
    def _contents(self) -> tuple[Accounts, ...]:
        return tuple(form.accounts for form in self.accounts if form.accounts is not None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that people should know: notes, and each refused file with its reason."""
        return (*self.notes, *(f"{each.member}：{each.reason}" for each in self.refusals))


def read(data: bytes, name: str) -> Reading:
    """Read a file; its kind is judged from the bytes, ``name`` helps with texts only.

    Raises Unreadable, with a reason in Chinese, for what is broken, encrypted, of an unknown kind or far too large.
    """
    document = document_id(data)
    if kind_within_size(data, name) is not Kind.ZIP:
        return finished(read_file(data, name, document))
    outcomes = []
    for member in members(data):
        try:
            outcome: Reading | str = member.reason or read_file(member.content, member.path, document, member.path)
        except Unreadable as fault:
            outcome = fault.reason
        outcomes.append((member.path, outcome))
    return finished(joined(outcomes))


def document_id(data: bytes) -> str:
    """The id of an uploaded file, which the evidence of all its values names."""
    return sha256(data).hexdigest()


def kind_within_size(data: bytes, name: str) -> Kind:
    """The kind of a file. Raises Unreadable when it is empty, broken or too large."""
    if len(data) > FILE:
        raise Unreadable(
            f"文件有{len(data) / MIB:.1f} MiB，超过上限{FILE // MIB} MiB。请删去与自评表无关的内容，拆分后重新上传。"
        )
    return kind_of(data, name)


def read_file(data: bytes, name: str, document: str, member: str | None = None) -> Reading:
    """Read a file that is no archive. ``document`` is the id of the upload, ``member`` its path in an archive."""
    found = document_of(data, name, document, member)
    if found.pictures and can_see():
        return read_seen(data, name, document, member)
    return reading_of(found)


def document_of(data: bytes, name: str, document: str, member: str | None) -> Document:
    """The cells of a file, its pictures not looked at."""
    kind = kind_within_size(data, name)
    reader = READERS.get(kind)
    if reader is None:
        raise Unreadable(REFUSALS[kind])
    return replace(reader(data, document), member=member)


def read_seen(data: bytes, name: str, document: str, member: str | None) -> Reading:
    """Read a file with pictures by what they show. Needs the extra ``ocr``."""
    seen = SEEN[kind_within_size(data, name)](data, document)
    return reading_of(replace(seen, member=member))


def reading_of(document: Document) -> Reading:
    """The forms of a document, or a note that there is none. Raises Unreadable when it is nothing but pictures."""
    found = recognised(document)
    accounts = () if found.accounts is None else (found.accounts,)
    is_empty = not found.forms and not accounts
    if document.pictures and is_empty:
        raise Unreadable(SCANNED)
    notes = (UNSEEN.format("、".join(map(str, document.pictures))),) if document.pictures else ()
    return Reading(
        forms=found.forms, notes=(NO_FORM,) if is_empty else notes, accounts=accounts, decisions=found.decisions
    )


def joined(outcomes: Iterable[tuple[str, Reading | str]]) -> Reading:
    """The readings of an archive's files, or why they were refused, as one: ordinals run on.

    Raises Unreadable when no file could be read.
    """
    whole = Reading()
    refusals: list[Refusal] = []
    read_any = False
    for path, outcome in outcomes:
        if isinstance(outcome, str):
            refusals.append(Refusal(member=path, reason=outcome))
        else:
            read_any = True
            whole = _followed(whole, outcome, path)
    if not read_any:
        raise Unreadable("\n".join(Reading(refusals=tuple(refusals[:5])).remarks) or EMPTY_ARCHIVE)
    return whole.model_copy(update={"refusals": tuple(refusals)})


def _followed(whole: Reading, other: Reading, path: str) -> Reading:
    """A reading with that of another file of the archive behind it."""
    before = len(whole.forms)

    def onward(form: int | None) -> dict[str, int | None]:
        return {"form": None if form is None else before + form}

    def moved(place: int, form: Form) -> Form:
        contents = form.accounts or Accounts()
        claims = tuple(claim.model_copy(update=onward(claim.form)) for claim in contents.claims)
        accounts = contents.model_copy(update={"claims": claims})
        return form.model_copy(update={"ordinal": -place, "accounts": accounts})

    return Reading(
        forms=(*whole.forms, *(form.model_copy(update={"ordinal": before + form.ordinal}) for form in other.forms)),
        notes=(*whole.notes, *(f"{path}：{note}" for note in other.notes)),
        accounts=(*whole.accounts, *(moved(at, each) for at, each in enumerate(other.accounts, len(whole.accounts)))),
        decisions=(*whole.decisions, *(each.model_copy(update=onward(each.form)) for each in other.decisions)),
    )


def finished(reading: Reading) -> Reading:
    """With notes on what concerns all forms together."""
    return reading.model_copy(update={"notes": (*reading.notes, *_clashes(reading.forms))})


def _clashes(forms: Sequence[Form]) -> Iterator[str]:
    """A note for each form whose project and year a form before it has too: both are read, the later one counts."""
    seen: dict[tuple[str, str], int] = {}
    for form in forms:
        key = form.code.text or "", form.year.text or ""
        if all(key) and key in seen:
            yield (
                f"第{seen[key]}张与第{form.ordinal}张自评表的项目编码和年度相同（{key[0]}，{key[1]}），"
                "均已读取，以排在后面的一张为准。请核对是否重复。"
            )
        seen[key] = form.ordinal
