"""Prometheus rules and the Grafana dashboard ask only for what the code measures, and lie where they are mounted."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from jixiao.runtime import metrics

DEPLOY = Path(__file__).parents[2] / "deploy"


def loaded(name: str) -> Any:
    """A YAML file of deploy/."""
    return yaml.safe_load((DEPLOY / name).read_text())


SERIES = {
    sample: metric._labelnames
    for metric in vars(metrics).values()
    if isinstance(metric, MetricWrapperBase)
    for sample in (
        [f"{metric._name}_{part}" for part in ("bucket", "sum", "count")]
        if metric._type == "histogram"
        else [f"{metric._name}_total" if metric._type == "counter" else metric._name]
    )
} | {"up": ()}
SCRAPED = {"job", "instance", "le"}
FUNCTIONS = {"sum", "max", "rate", "increase", "min_over_time", "absent", "vector", "sort_desc", "histogram_quantile"}
WORDS = FUNCTIONS | {"by", "or", "unless", "offset"}


def queries() -> Iterator[str]:
    """Every query of the rules and the dashboards."""
    for group in loaded("prometheus/rules.yml")["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for file in (DEPLOY / "grafana/dashboards").glob("*.json"):
        for panel in json.loads(file.read_text())["panels"]:
            yield from (target["expr"] for target in panel["targets"])


def names_of(query: str) -> set[str]:
    """The metric names in a query."""
    query = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)', " ", query)
    return set(re.findall(r"\b[a-z_]+\b", re.sub(r"\b\d+[smhd]\b", " ", query))) - WORDS


def labels_of(query: str) -> set[str]:
    """The labels that a query chooses or groups by."""
    grouped = re.findall(r"by \(([^)]*)\)", query)
    chosen = re.findall(r"([a-z_]+)\s*[=!]~?", " ".join(re.findall(r"\{([^}]*)\}", query)))
    return {label.strip() for group in grouped for label in group.split(",")} | set(chosen)


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_queries_name_only_what_the_code_measures(query: str) -> None:
    """Every metric name and label of a rule or dashboard is one of metrics.py."""
    names = names_of(query)
    assert names and names <= set(SERIES)
    assert labels_of(query) <= SCRAPED.union(*(SERIES[name] for name in names))


def test_the_dashboard_shows_every_metric() -> None:
    """No metric is measured in vain."""
    shown = {name for query in queries() for name in names_of(query)}
    measured = {metric._name for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)}
    assert {name for name in measured if not any(each.startswith(name) for each in shown)} == set()


def test_rules_speak_to_the_operator() -> None:
    """Each alert has a severity, a summary and a description in Chinese."""
    for group in loaded("prometheus/rules.yml")["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert not rule["annotations"]["summary"].isascii() and not rule["annotations"]["description"].isascii()


def test_the_dashboard_is_provisioned_where_it_is_mounted() -> None:
    """Grafana finds dashboards and data source under the names that the dashboard uses."""
    grafana = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())["services"]["grafana"]
    mounts = dict(volume.split(":")[:2] for volume in grafana["volumes"])
    [provider] = loaded("grafana/provisioning/dashboards/jixiao.yml")["providers"]
    assert mounts["./deploy/grafana/dashboards"] == provider["options"]["path"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/jixiao.json"
    [source] = loaded("grafana/provisioning/datasources/prometheus.yml")["datasources"]
    panels = json.loads((DEPLOY / "grafana/dashboards/jixiao.json").read_text())["panels"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"
