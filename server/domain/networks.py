"""Whose address it is: one machine may have many."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str) -> str:
    """Return the address, of IPv6 the network of 64 bits, in which one machine has all addresses it likes."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address
