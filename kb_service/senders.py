"""From whom a connection comes, as far as its address says."""

from ipaddress import IPv6Address, ip_address, ip_network


def sender_at(host: str) -> tuple[str, bool]:
    """A name for the sender, and whether it is this machine. Of IPv6 the network of one subscriber, who has 2⁶⁴
    addresses in it."""
    try:
        address = ip_address(host)
    except ValueError:  # a proxy may write anything
        return host[:64], False
    if isinstance(address, IPv6Address) and not address.is_loopback and not address.ipv4_mapped:
        return str(ip_network((address, 64), strict=False)), False
    return str(address), address.is_loopback
