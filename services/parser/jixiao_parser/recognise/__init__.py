"""The recogniser: from the cells of a document to forms, in small pure steps. Knows forms, nothing of formats."""

from jixiao.forms.document import Document
from jixiao.forms.model import Form
from jixiao_parser.recognise.hypotheses import Recognised, recognised

__all__ = ["Recognised", "recognise", "recognised"]


def recognise(document: Document) -> tuple[Form, ...]:
    """The forms of a document in their order; none when it holds none. An empty template is none."""
    return recognised(document).forms
