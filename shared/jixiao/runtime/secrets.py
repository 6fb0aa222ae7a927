"""Secrets of subscriptions as they stand in the database: sealed by the gateway, opened by the alerts service.

The key is ``JIXIAO_SECRET_KEY``, the same for both services: any random text of at least 32 characters. Of several,
separated by commas, the first one seals and all of them open, so that a key can be replaced.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "sealed:"
SHORTEST_KEY = 32


class Unsealable(ValueError):
    """A secret cannot be sealed or opened, or a key is no key; the text says what the administrator must do."""


class Secrets:
    """Seals and opens short texts."""

    def __init__(self, key: str | None) -> None:
        """Without a key nothing can be sealed, and nothing that was. Raises Unsealable when the key is too short."""
        keys = [part.strip() for part in (key or "").split(",") if part.strip()]
        if any(len(part) < SHORTEST_KEY for part in keys):
            raise Unsealable(f"JIXIAO_SECRET_KEY 至少要有 {SHORTEST_KEY} 个字符，例如 openssl rand -hex 24 的输出。")
        self._box = MultiFernet([Fernet(_derived(part)) for part in keys]) if keys else None

    def seal(self, text: str) -> str:
        """The text encrypted. Raises Unsealable without a key."""
        if self._box is None:
            raise Unsealable("尚未设置 JIXIAO_SECRET_KEY，不能保存密钥。请管理员为网关和预警服务设置同一个值后重试。")
        return PREFIX + self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text in plain; one that was stored before secrets were sealed is returned as it is.

        Raises Unsealable when none of the keys is the right one.
        """
        if not sealed.startswith(PREFIX):
            return sealed
        try:
            if self._box is not None:
                return self._box.decrypt(sealed.removeprefix(PREFIX)).decode()
        except InvalidToken:
            pass
        raise Unsealable("订阅的密钥无法解开。请管理员核对 JIXIAO_SECRET_KEY 是否与建立订阅时一致，或重新建立订阅。")


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jixiao secrets").derive(key.encode())
    return base64.urlsafe_b64encode(made)
