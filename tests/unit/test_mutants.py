"""Planted faults in our own samples: found, blamed on nobody else, repaired truly."""

import pytest

from jixiao.forms import Form
from tests.mutants.__main__ import forms
from tests.mutants.plant import mutants, numbers, with_text
from tests.mutants.table import Line, counted
from tests.mutants.verdict import verdicts


@pytest.fixture(scope="module")
def results() -> tuple[dict[str, Line], Line]:
    """The counts over all samples that close."""
    return counted(verdict for form in forms() for verdict in verdicts(form))


def test_what_breaks_an_identity_is_found(results: tuple[dict[str, Line], Line]) -> None:
    """At least 99 of 100, over a thousand changes, in every figure of the form."""
    lines, total = results
    assert total.broken > 1000
    assert len(lines) == 19
    assert total.found_share >= 0.99


def test_no_rule_without_a_part_in_it_speaks_up(results: tuple[dict[str, Line], Line]) -> None:
    """Not once."""
    assert {figure: line.strangers for figure, line in results[0].items() if line.strangers} == {}


def test_the_repair_is_the_truth_where_the_figures_determine_it(results: tuple[dict[str, Line], Line]) -> None:
    """At least 9 of 10."""
    assert results[1].determined > 300
    assert results[1].repaired_share >= 0.9


def test_a_mutant_differs_in_one_digit_of_one_number() -> None:
    """And the seed fixes which."""
    form: Form = next(forms())
    planted = list(mutants(form))
    for mutant in planted:
        assert sum(a != b for a, b in zip(mutant.old, mutant.new, strict=True)) == 1
        assert numbers(mutant.form) == numbers(form) | {mutant.path: mutant.new}
        assert with_text(mutant.form, mutant.path, mutant.old) == form
    assert planted == list(mutants(form))
    assert planted != list(mutants(form, seed=2))
