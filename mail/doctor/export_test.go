package doctor

// HaveIPv6 sets whether this computer seems to have IPv6.
func HaveIPv6(yes bool) (restore func()) {
	was := hasIPv6
	hasIPv6 = func() bool { return yes }
	return func() { hasIPv6 = was }
}
