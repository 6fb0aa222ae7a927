"""What runs on a server says the same as the code: services, variables, topics, ports, commands.

There is no Docker engine in the tests; the compose file is checked against its schema and the references by hand.
"""

import copy
import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from typer.main import get_command

from jixiao.events.topics import MIB, TOPICS
from jixiao.runtime import settings
from jixiao_alerts.__main__ import remarks
from jixiao_cli.main import app
from jixiao_cli.setup import SERVICES
from jixiao_parser.isolated import LIMITS
from jixiao_scorer.__main__ import MEMORY

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
SETTINGS: dict[str, type[settings.KafkaSettings]] = {
    "parser": settings.ParserSettings,
    "scorer": settings.ScorerSettings,
    "alerts": settings.AlertsSettings,
    "gateway": settings.GatewaySettings,
    "setup-topics": settings.TopicSettings,
}
SET_UP = ("setup-database", "setup-topics")
OURS = (*SERVICES, *SET_UP)
SET_UP_VARIABLES = {"JIXIAO_POSTGRES", *(f"JIXIAO_{service.upper()}_POSTGRES" for service in SERVICES)}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}")
GRACE_BEYOND_READING = 15


def variables(of: type[settings.KafkaSettings]) -> dict[str, bool]:
    """The environment variables of a settings class, and whether each is required."""
    return {
        str(field.validation_alias or f"JIXIAO_{name.upper()}"): field.is_required()
        for name, field in of.model_fields.items()
    }


def environment(container: str) -> dict[str, str]:
    return {name: str(value) for name, value in CONTAINERS[container].get("environment", {}).items()}


def seconds(duration: str) -> int:
    assert duration.endswith("s")
    return int(duration[:-1])


def compose_schema() -> dict[str, Any]:
    # the package's command does not run with the click version that faust asks for; its schema is what we need
    package = find_spec("check_jsonschema")
    assert package is not None and package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0])
    schema: dict[str, Any] = json.loads((folder / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())
    return schema


def test_the_compose_file_follows_its_schema() -> None:
    """The compose specification's own schema takes the file, and refuses a slip in it."""
    validator = jsonschema.Draft202012Validator(compose_schema())
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []
    slip = copy.deepcopy(COMPOSE)
    slip["services"]["parser"]["comand"] = ["true"]
    assert not validator.is_valid(slip)


def test_every_reference_in_the_compose_file_has_its_target() -> None:
    """Networks, named volumes, dependencies and mounted files exist."""
    for name, container in CONTAINERS.items():
        assert set(container["networks"]) <= set(COMPOSE["networks"]), name
        for dependency, how in container.get("depends_on", {}).items():
            assert dependency in CONTAINERS
            if how["condition"] == "service_healthy":
                assert "healthcheck" in CONTAINERS[dependency]
        for volume in container.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume


def test_the_four_services_and_the_set_up_run_from_one_image() -> None:
    """Each service is a container of the same image, built by the Dockerfile in deploy/, started by its module."""
    assert len({CONTAINERS[name]["image"] for name in OURS}) == 1
    for name in OURS:
        assert CONTAINERS[name]["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile"}
    for service in SERVICES:
        assert CONTAINERS[service]["command"] == ["python", "-m", f"jixiao_{service}"]
        assert find_spec(f"jixiao_{service}.__main__") is not None
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name in SET_UP:
        assert CONTAINERS[name]["command"] == ["jixiao", name] and name in commands


def test_the_set_up_ends_before_a_service_starts() -> None:
    """Services wait until both set-up steps have succeeded; these run once and wait for healthy servers."""
    for service in SERVICES:
        assert CONTAINERS[service]["depends_on"] == {n: {"condition": "service_completed_successfully"} for n in SET_UP}
    for name, server in zip(SET_UP, ("postgres", "kafka"), strict=True):
        assert CONTAINERS[name]["restart"] == "no"
        assert CONTAINERS[name]["depends_on"] == {server: {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_little(name: str) -> None:
    """Ours run as a user without rights, on a read-only file system, within a memory limit, and stop in peace."""
    container = CONTAINERS[name]
    assert container["user"] not in ("", "root", "0", "0:0")
    assert container["read_only"] is True and container["tmpfs"]
    assert container["init"] is True
    if name in SERVICES:
        assert container["restart"] == "unless-stopped"
        longest = max(limits.wall for _, limits in LIMITS)
        assert seconds(container["stop_grace_period"]) >= longest + GRACE_BEYOND_READING


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_locked_down(name: str) -> None:
    """No capabilities, no new privileges, a memory limit, a health check; nothing published beyond this machine."""
    container = CONTAINERS[name]
    assert container["cap_drop"] == ["ALL"] and container["security_opt"] == ["no-new-privileges:true"]
    assert "mem_limit" in container and not container.get("privileged")
    assert name in SET_UP or ("healthcheck" in container and container["restart"] == "unless-stopped")
    for port in container.get("ports", []):
        assert VARIABLE.sub(r"\3", port).startswith("127.0.0.1:")


def test_the_scorer_meets_its_own_memory_limit_before_that_of_its_container() -> None:
    """What takes all memory is a fault in the program, which counts it; a kill from outside leaves no trace."""
    script = "from jixiao_scorer.__main__ import limit_memory; limit_memory(); bytearray(1 << 30)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.rstrip().endswith("MemoryError")
    assert int(CONTAINERS["scorer"]["mem_limit"].removesuffix("m")) * MIB > MEMORY


@pytest.mark.parametrize("name", OURS)
def test_variables_are_those_of_the_settings(name: str) -> None:
    """Each variable of a container is one its program reads, and each required one is given."""
    given = set(environment(name))
    known = variables(SETTINGS[name]) if name in SETTINGS else dict.fromkeys(SET_UP_VARIABLES, True)
    assert given <= set(known)
    assert {variable for variable, required in known.items() if required} <= given


def test_each_service_has_its_own_role_and_password() -> None:
    """DSNs name the service's own role, one database, the server of the compose file; no password is shared."""
    parts = {s: urlsplit(VARIABLE.sub(r"<\1>", environment(s)[f"JIXIAO_{s.upper()}_POSTGRES"])) for s in SERVICES}
    for service, dsn in parts.items():
        assert dsn.netloc == f"jixiao_{service}:<JIXIAO_{service.upper()}_DB_PASSWORD>@postgres:5432"
    assert {dsn.path for dsn in parts.values()} == {"/jixiao"}
    together = environment("setup-database")
    for service in SERVICES:
        name = f"JIXIAO_{service.upper()}_POSTGRES"
        assert together[name] == environment(service)[name]


def test_no_secret_has_a_default() -> None:
    """Passwords and tokens must be given; the refusal says what to do in Chinese and English."""
    text = (ROOT / "docker-compose.yml").read_text()
    uses = list(VARIABLE.finditer(text))
    for variable, operator, hint in (use.groups() for use in uses):
        if variable == "JIXIAO_SMTP_PASSWORD":
            assert (operator, hint) == (":-", ""), "a mail server may want none"
        elif any(word in variable for word in ("PASSWORD", "TOKEN", "KEY")):
            assert operator == ":?" and ".env" in hint and not hint.isascii(), variable
        else:
            assert operator == ":-", variable
    example = (ROOT / "deploy" / "env.example").read_text()
    assert set(re.findall(r"^#?(JIXIAO_[A-Z_]+)=", example, re.M)) == {use[1] for use in uses}
    assert set(re.findall(r"^(JIXIAO_[A-Z_]+)=$", example, re.M)) == {use[1] for use in uses if use[2] == ":?"}


def test_ports_are_those_of_the_settings() -> None:
    """Health checks, the published page and Prometheus use the ports that the services listen on by default."""
    scraped = {
        config["job_name"]: (config["dns_sd_configs"][0]["names"], config["dns_sd_configs"][0]["port"])
        for config in yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    }
    ports = {service: SETTINGS[service].model_fields["port"].default for service in SERVICES}
    assert scraped == {service: ([service], port) for service, port in ports.items()}
    for service, port in ports.items():
        assert f"127.0.0.1:{port}/readyz" in CONTAINERS[service]["healthcheck"]["test"][-1]
    assert [VARIABLE.sub(r"\3", port) for port in CONTAINERS["gateway"]["ports"]] == ["127.0.0.1:8080:8080"]


def test_the_servers_are_those_that_the_tests_run_on() -> None:
    """Kafka and PostgreSQL have the versions of pom.xml; the broker makes no topic by itself."""
    pom = ElementTree.parse(ROOT / "pom.xml").getroot()
    named = {each.tag.partition("}")[2]: str(each.text) for each in pom.iter() if each.tag.endswith(".version")}
    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{named['kafka.version']}"
    assert named["postgres.version"].startswith(CONTAINERS["postgres"]["image"].partition(":")[2] + ".")
    kafka = environment("kafka")
    assert kafka["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    advertised = kafka["KAFKA_ADVERTISED_LISTENERS"].removeprefix("PLAINTEXT://")
    assert {environment(name).get("JIXIAO_KAFKA", advertised) for name in OURS} == {advertised}


def copied() -> list[str]:
    """What the Dockerfile takes from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    return [source for line in lines for source in line.split()]


def test_the_image_is_made_of_what_exists() -> None:
    """Every file that the Dockerfile copies exists and passes .dockerignore; packages of the wheel are among them."""
    passed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(passed) == sorted(copied())
    for source in copied():
        assert (ROOT / source).exists(), source
    project = (ROOT / "pyproject.toml").read_text()
    for package in re.findall(r'"((?:shared|services|cli)/[a-z_/]+)"', project):
        assert any(fnmatch(package, f"{source}*") for source in copied()), package


def test_the_image_is_locked_and_bare() -> None:
    """Dependencies come by their hashes, the front-end files by Maven; the last stage only copies, and is no root."""
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert "dependency:unpack-dependencies@static" in dockerfile
    assert "<id>static</id>" in (ROOT / "pom.xml").read_text()
    last = dockerfile.rpartition("\nFROM ")[2].splitlines()[1:]
    assert {line.split()[0] for line in last} == {"ENV", "COPY", "USER", "CMD"}
    assert f"USER {CONTAINERS['parser']['user']}" in last
    assert any("JIXIAO_STATIC=/static" in line for line in last)


def test_topics_named_in_deploy_exist() -> None:
    """Whatever a rule, its test or a dashboard calls a topic is one."""
    known = {name for topic in TOPICS for name in (topic.name, topic.dead_letters)}
    for file in [ROOT / "docker-compose.yml", *(ROOT / "deploy").rglob("*.*")]:
        if file.is_file():
            assert set(re.findall(r"\b(?:reports|alerts)\.[a-z]+(?:\.[a-z]+)*", file.read_text())) <= known, file


def test_links_that_lead_nowhere_are_told_to_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service works without knowing where its pages are; /readyz says what that means."""
    for name in ("JIXIAO_KAFKA", "JIXIAO_ALERTS_POSTGRES"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("JIXIAO_PUBLIC_URL", raising=False)
    assert "只有路径" in remarks(settings.AlertsSettings())["links"]
    monkeypatch.setenv("JIXIAO_PUBLIC_URL", "https://jixiao.example.gov.cn")
    assert remarks(settings.AlertsSettings()) == {}
