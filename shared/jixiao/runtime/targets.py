"""Where a webhook may go: no private, loopback, link-local or reserved address, unless its network is allowed.

The gateway asks when a subscription is made, the alerts service again for the address it is about to connect to.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def may_reach(address: str, allowed: Sequence[Network]) -> bool:
    """Whether a resolved address may be connected to. An IPv4 address inside an IPv6 one is judged in its place.

    Raises ValueError when the text is no address.
    """
    judged = _innermost(ip_address(address.partition("%")[0]))
    return _is_public(judged) or any(judged in network for network in allowed)


def _innermost(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
