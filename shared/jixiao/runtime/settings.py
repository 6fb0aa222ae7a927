"""What the environment says, read once: ``__main__.py`` builds one of these and hands it on.

Every name begins with ``JIXIAO_``. ``JIXIAO_KAFKA`` names the brokers (comma separated), ``JIXIAO_<SERVICE>_POSTGRES``
the database with the service's own role, ``JIXIAO_<SERVICE>_PORT`` the port of its health and metrics.
"""

import ssl
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
LogLevel = Literal["debug", "info", "warning", "error"]


def _commas(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_commas)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_commas)]


class KafkaSettings(BaseSettings):
    """The way to the brokers. Raises ``pydantic.ValidationError`` when a variable is missing or wrong."""

    model_config = SettingsConfigDict(env_prefix="JIXIAO_", frozen=True, populate_by_name=True, env_ignore_empty=True)

    kafka: str
    security_protocol: SecurityProtocol = Field("PLAINTEXT", validation_alias="JIXIAO_KAFKA_SECURITY_PROTOCOL")
    sasl_mechanism: str = Field("PLAIN", validation_alias="JIXIAO_KAFKA_SASL_MECHANISM")
    kafka_username: str | None = None
    kafka_password: str | None = Field(None, repr=False)
    kafka_ca_file: Path | None = None
    topic_prefix: str = "jixiao."

    @property
    def ssl_context(self) -> ssl.SSLContext | None:
        """The TLS context, None without TLS; the machine's own authorities when no file is named."""
        if not self.security_protocol.endswith("SSL"):
            return None
        return ssl.create_default_context(cafile=self.kafka_ca_file)

    @property
    def kafka_connection(self) -> dict[str, Any]:
        """The connection arguments of every aiokafka client."""
        sasl = self.security_protocol.startswith("SASL")
        return {
            "bootstrap_servers": self.kafka.split(","),
            "security_protocol": self.security_protocol,
            "ssl_context": self.ssl_context,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.kafka_username if sasl else None,
            "sasl_plain_password": self.kafka_password if sasl else None,
        }


class TopicSettings(KafkaSettings):
    """What the set-up of the topics needs: ``JIXIAO_PARTITIONS`` and ``JIXIAO_REPLICATION`` count for new topics."""

    partitions: int = Field(3, ge=1)
    replication: int = Field(1, ge=1)


class ServiceSettings(KafkaSettings):
    """What all services share. ``postgres`` is a DSN with the service's own role; times are in seconds.

    ``give_up_after``: after so long of a broken world the process ends. ``session_timeout``: so long a dead member
    of a consumer group keeps its partitions.
    """

    postgres: str = Field(repr=False)
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    log_level: LogLevel = "info"
    give_up_after: float = Field(600.0, gt=0)
    session_timeout: float = Field(15.0, gt=0)


class ParserSettings(ServiceSettings):
    """The parser's."""

    postgres: str = Field(repr=False, validation_alias="JIXIAO_PARSER_POSTGRES")
    port: int = Field(8081, validation_alias="JIXIAO_PARSER_PORT")


class ScorerSettings(ServiceSettings):
    """The scorer's."""

    postgres: str = Field(repr=False, validation_alias="JIXIAO_SCORER_POSTGRES")
    port: int = Field(8082, validation_alias="JIXIAO_SCORER_PORT")


class AlertsSettings(ServiceSettings):
    """The alerts service's. ``webhook_allow``: private networks (CIDR, comma separated) that webhooks may reach.

    ``secret_key`` opens the subscriptions' secrets, see ``secrets.py``; the gateway's must be the same.
    ``public_url``: where people reach the pages, for links. Without ``smtp_host`` no mail is sent.
    ``operator_mail`` is told of targets that are disabled.
    """

    postgres: str = Field(repr=False, validation_alias="JIXIAO_ALERTS_POSTGRES")
    port: int = Field(8083, validation_alias="JIXIAO_ALERTS_PORT")
    webhook_allow: Networks = ()
    secret_key: str | None = Field(None, repr=False)
    public_url: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str | None = None
    smtp_password: str | None = Field(None, repr=False)
    mail_from: str = "jixiao@localhost"
    operator_mail: str | None = None


class GatewaySettings(ServiceSettings):
    """The gateway's; its port is that of the page and the API.

    ``static``: the folder of the front-end files. ``api_tokens``: ``name:token``, comma separated; needed beyond
    loopback, or always with ``require_token``.
    """

    postgres: str = Field(repr=False, validation_alias="JIXIAO_GATEWAY_POSTGRES")
    port: int = Field(8080, validation_alias="JIXIAO_GATEWAY_PORT")
    static: Path = Path(".local/static")
    webhook_allow: Networks = ()
    secret_key: str | None = Field(None, repr=False)
    require_token: bool = False
    api_tokens: Names = Field((), repr=False)
