"""Handing files in: what is accepted, what is refused, and what the brokers get."""

import hashlib
from io import BytesIO
from urllib.parse import quote
from uuid import UUID, uuid4

import aiohttp

from jixiao.events.topics import FILE_LIMIT
from jixiao.runtime.errors import RetryLater
from tests.unit.gateway.conftest import Api, StartApi, eventually

REPORTS = "/api/v1/reports"
EXECUTABLE = b"MZ\x90\x00\x03" + bytes(40)


def form(*files: tuple[str, bytes], **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    for name, content in files:
        data.add_field("files", BytesIO(content), filename=name)
    for field, text in fields.items():
        data.add_field(field, text)
    return data


async def test_a_raw_body_is_sent_byte_for_byte_and_answered_with_its_ids(api: Api) -> None:
    data = "项目名称\t排水".encode()
    answer = await api.post(f"{REPORTS}?name={quote('自评表.txt')}&unit={quote('青禾区')}&year=2023", 202, data=data)
    [sent] = api.fakes.producer.sent
    assert (sent.topic, sent.key, sent.value) == ("reports.uploaded", hashlib.sha256(data).hexdigest(), data)
    assert answer == {
        "upload_id": sent.headers["ce_id"],
        "document_id": sent.key,
        "status_url": f"/api/v1/uploads/{sent.headers['ce_id']}",
    }
    told = {name: sent.headers[name] for name in ("ce_type", "name", "media_type", "unit", "year", "uploader")}
    assert told == {
        "ce_type": "jixiao.report.uploaded",
        "name": quote("自评表.txt"),
        "media_type": "text/plain",
        "unit": quote("青禾区"),
        "year": "2023",
        "uploader": quote("本机"),
    }
    assert sent.headers["traceparent"].split("-")[1] == UUID(answer["upload_id"]).hex


async def test_the_name_may_stand_in_content_disposition(api: Api) -> None:
    for header in (f"attachment; filename*=UTF-8''{quote('绩效.xlsx')}", 'attachment; filename="绩效.xlsx"'):
        await api.post(REPORTS, 202, data=b"x", headers={"Content-Disposition": header})
    assert [sent.headers["name"] for sent in api.fakes.producer.sent] == [quote("绩效.xlsx")] * 2


async def test_each_of_several_files_has_a_result_of_its_own(api: Api) -> None:
    files = (
        ("好.txt", b"good"),
        ("空.txt", b""),
        ("程序.exe", EXECUTABLE),
        ("大.txt", bytes(FILE_LIMIT + 1)),
        ("..\\..\\次.txt", b"second"),
    )
    answer = await api.post(REPORTS, 207, data=form(*files, unit="青禾区", year="2022年"))
    shown = [(result["name"], result["status"]) for result in answer["results"]]
    assert shown == [("好.txt", 202), ("空.txt", 422), ("程序.exe", 415), ("大.txt", 413), ("次.txt", 202)]
    assert answer["results"][2]["problem"]["detail"].startswith("文件内容是可执行程序")
    assert [sent.headers["year"] for sent in api.fakes.producer.sent] == ["2022", "2022"]
    assert str(api.fakes.producer.sent[1].headers["ce_id"]) == answer["results"][4]["upload_id"]


async def test_files_may_stand_in_fields_of_any_name(api: Api) -> None:
    data = form(("一.txt", b"1"))
    for field in ("file", "files[]", "附件"):
        data.add_field(field, BytesIO(field.encode()), filename=f"{field}.txt")
    answer = await api.post(REPORTS, 207, data=data)
    assert [result["status"] for result in answer["results"]] == [202] * 4


async def test_a_file_of_the_largest_size_passes_and_one_byte_more_does_not(api: Api) -> None:
    await api.post(REPORTS, 202, data=BytesIO(bytes(FILE_LIMIT)))
    problem = await api.post(REPORTS, 413, data=BytesIO(bytes(FILE_LIMIT + 1)))
    assert problem["title"] == "文件过大" and "20 MiB" in problem["detail"]


async def test_a_size_that_nobody_declared_is_counted(api: Api) -> None:
    async def chunks():  # type: ignore[no-untyped-def]
        for _ in range(FILE_LIMIT // 2**20 + 1):
            yield bytes(2**20)

    await api.post(REPORTS, 413, data=chunks())
    assert api.fakes.producer.sent == []


async def test_refusals_are_problem_documents(api: Api) -> None:
    for status, options in (
        (422, {"data": b""}),
        (422, {"data": form(("", b""), unit="青禾区")}),
        (415, {"data": EXECUTABLE}),
        (422, {"data": b"x", "params": {"year": "去年"}}),
        (422, {"data": b"--wrong", "headers": {"Content-Type": "multipart/form-data; boundary=right"}}),
        (422, {"data": b"--wrong", "headers": {"Content-Type": "multipart/form-data"}}),
    ):
        async with api.http.post(REPORTS, **options) as answer:
            assert answer.status == status, options
            assert answer.content_type == "application/problem+json"
            problem = await answer.json(content_type=None)
            assert problem["status"] == status and problem["type"].startswith("urn:jixiao:problem:")
            assert problem["title"] and problem["detail"].endswith("。")


async def test_nothing_is_accepted_that_the_brokers_did_not_confirm(api: Api) -> None:
    api.fakes.producer.breaks.append(RetryLater("away"))
    async with api.http.post(REPORTS, data=b"report") as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert (await api.get("/api/v1/uploads"))["items"] == []


async def test_of_several_files_those_that_were_not_confirmed_say_so(api: Api) -> None:
    api.fakes.producer.breaks.append(RetryLater("away"))
    files = form(("一.txt", b"1"), ("二.txt", b"2"))
    async with api.http.post(REPORTS, data=files) as answer:
        assert answer.status == 503, "when none was accepted the whole is refused, and brokers are asked only once"
        assert answer.headers["Retry-After"]


async def test_an_upload_is_accepted_and_known_while_the_database_is_away(api: Api) -> None:
    away = ConnectionRefusedError("away")
    api.fakes.uploads.breaks += [away, away]
    answer = await api.post(REPORTS, 202, data=b"report")
    await eventually(lambda: bool(api.fakes.uploads.rows))
    state = await api.get(answer["status_url"])
    assert (state["id"], state["state"], state["forms"]) == (answer["upload_id"], "received", [])


async def test_the_same_bytes_twice_are_one_document_and_two_uploads(api: Api) -> None:
    first, second = [await api.post(REPORTS, 202, data=b"same") for _ in range(2)]
    assert first["document_id"] == second["document_id"] and first["upload_id"] != second["upload_id"]


async def test_what_one_uploader_sends_beyond_the_limit_takes_the_bulk_lane(start_api: StartApi) -> None:
    api = await start_api(tokens=("甲:one", "乙:two"), need_token=True, bulk="2 per 10 minutes")
    for token in ("one", "one", "one", "two"):
        await api.post(REPORTS, 202, data=b"report", headers={"Authorization": f"Bearer {token}"})
    lanes = [(sent.headers["uploader"], sent.topic) for sent in api.fakes.producer.sent]
    first, second = quote("甲"), quote("乙")
    assert lanes == [
        (first, "reports.uploaded"),
        (first, "reports.uploaded"),
        (first, "reports.uploaded.bulk"),
        (second, "reports.uploaded"),
    ]


async def test_an_unknown_upload_is_not_found(api: Api) -> None:
    problem = await api.get(f"/api/v1/uploads/{uuid4()}", 404)
    assert "核对编号" in problem["detail"]
