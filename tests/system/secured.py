"""A broker and a database as a bureau runs them: behind TLS, and the broker with user names and passwords."""

import datetime
import shutil
import socket
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jixiao_cli.local import unprivileged
from jixiao_cli.local.broker import Broker
from jixiao_cli.local.database import Database
from jixiao_cli.local.ports import LOOPBACK

USER, PASSWORD = "jixiao", "only-for-tests"
MECHANISM = "SCRAM-SHA-512"
PROPERTIES = """
listeners=SASL_SSL://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=SASL_SSL://{host}:{port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms={mechanism}
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.sasl_ssl.{login}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username="{user}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keys}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
"""


class Certificate:
    """A self-signed certificate for loopback: ``certificate``, ``key`` and both in one file, as PEM."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key, self.both = (folder / name for name in ("cert.pem", "key.pem", "both.pem"))
        key = ec.generate_private_key(ec.SECP256R1())
        encoding = serialization.Encoding.PEM
        private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        public = _self_signed(key).public_bytes(encoding)
        self.key.write_bytes(private)
        self.certificate.write_bytes(public)
        self.both.write_bytes(private + public)
        self.key.chmod(0o600)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "only for tests")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
        key, hashes.SHA256()
    )


class SecuredBroker(Broker):
    """A broker that nobody reaches without TLS, user name and password."""

    def __init__(self, folder: Path, port: int, controller_port: int, certificate: Certificate) -> None:
        super().__init__(folder, port, controller_port)
        self._format += ["--add-scram", f"{MECHANISM}=[name={USER},password={PASSWORD}]"]
        self._secured = PROPERTIES.format(
            host=LOOPBACK,
            port=port,
            controller=controller_port,
            mechanism=MECHANISM,
            login=MECHANISM.lower(),
            user=USER,
            password=PASSWORD,
            keys=certificate.both,
            authority=certificate.certificate,
        )
        self.settings = {
            "JIXIAO_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "JIXIAO_KAFKA_SASL_MECHANISM": MECHANISM,
            "JIXIAO_KAFKA_USERNAME": USER,
            "JIXIAO_KAFKA_PASSWORD": PASSWORD,
            "JIXIAO_KAFKA_CA_FILE": str(certificate.certificate),
        }

    def prepare(self) -> None:
        """Write the configuration with the secured listener; format the storage with the user in it."""
        super().prepare()
        with (self.folder / "server.properties").open("a") as settings:
            settings.write(self._secured)

    def is_ready(self) -> bool:
        """Whether it listens; it does so last of all."""
        try:
            socket.create_connection((LOOPBACK, self.port), 1).close()
        except OSError:
            return False
        return True


class SecuredDatabase(Database):
    """A database that takes no connection without TLS; its DSNs ask for its certificate to be checked."""

    def __init__(self, folder: Path, port: int, password: str, certificate: Certificate) -> None:
        super().__init__(folder, port, password, durable=False)
        self._certificate = certificate
        self.command += ["-c", "ssl=on", "-c", "ssl_cert_file=cert.pem", "-c", "ssl_key_file=key.pem"]

    def dsn_for(self, user: str, password: str, database: str) -> str:
        """A DSN that checks the server's certificate."""
        authority = self._certificate.certificate
        return f"{super().dsn_for(user, password, database)}?sslmode=verify-full&sslrootcert={authority}"

    def prepare(self) -> None:
        """Make the data directory, with certificate and key in it, and shut the way without TLS."""
        super().prepare()
        for file in (self._certificate.certificate, self._certificate.key):
            own = self.folder / file.name
            shutil.copyfile(file, own)
            own.chmod(0o600)
            unprivileged.give(own)
        access = self.folder / "pg_hba.conf"
        access.write_text(access.read_text().replace("\nhost ", "\nhostssl "))
