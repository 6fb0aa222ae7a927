"""Every case file reads as it says, in every format, with the doubts it names and no other."""

import pytest

from jixiao_parser import read
from tests.unit.parser.cases import FORMATS, Case, all_cases, doubts_of, record_of

CASES = tuple(all_cases())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_reads_as_it_says(case: Case, form: str) -> None:
    """Records and doubts are those of the case file, whatever the format."""
    reading = read(FORMATS[form](case.grid), "表.csv" if form == "csv" else "表.txt")
    assert [record_of(found) for found in reading.forms] == list(case.records)
    assert [doubts_of(found) for found in reading.forms] == list(case.doubts)
    assert [found.ordinal for found in reading.forms] == list(range(1, len(case.records) + 1))
    assert not reading.notes
