// Package oauth has a person sign in on a provider's own web page, so that Poplar gets a token in place of a password: by the
// system's browser and a redirect to this computer (RFC 6749, with PKCE, RFC 7636, as RFC 8252 wants it of programs that
// cannot keep a secret), or by a code that is typed on another device (RFC 8628). Tokens are renewed when they run out.
// The client id is the person's own; Poplar has none.
package oauth
