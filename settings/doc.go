// Package settings keeps accounts and preferences in one human-readable file, knows where Poplar's files live on each
// system, and holds passwords in the operating system's keyring.
package settings
