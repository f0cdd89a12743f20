package pictures

import (
	"fmt"
	"net/netip"
	"syscall"
)

// notPublic are the blocks that global unicast addresses are not given out of (the IANA special-purpose registries,
// RFC 6890), beside those that package netip knows.
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// global is where public IPv6 addresses come from.
var global = netip.MustParsePrefix("2000::/3")

// translated is where IPv6 networks put all IPv4 addresses (NAT64, RFC 6052).
var translated = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// public reports whether an address is one that anybody can reach: no private, loopback, link-local, multicast,
// documentation or otherwise special one.
func public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if a.Is6() && translated.Contains(a) {
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// allowed reports whether a connection may be made to a place.
func allowed(at netip.AddrPort) bool {
	return (at.Port() == 80 || at.Port() == 443) && public(at.Addr())
}

// guard looks at each address right before the connection is made to it.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("the address %q cannot be read: %w", address, err)
	}
	if !allowed(at) {
		return fmt.Errorf("pictures are not fetched from %s: %w", at, ErrForbidden)
	}
	return nil
}
