package model

import (
	"strings"

	"poplar/mail"
)

// Preset is a provider where one can sign in on a page.
type Preset struct {
	Name  string
	OAuth mail.OAuth // all but the client id
	How   string     // how to get a client id, and what it costs, as an English text
	Page  string     // where, https
}

// The presets, by number.
const (
	PresetGoogle = iota
	PresetMicrosoft
	PresetOther
)

// Presets returns the providers; the last is for any other.
func Presets() []Preset {
	return []Preset{
		{
			Name: "Google", Page: "https://console.cloud.google.com/auth/clients",
			How: "In the Google Cloud console make a project, switch on the Gmail API, and create an OAuth client of the kind “Desktop app”; add yourself as a test user. It costs nothing. While the project counts as being tested, Google asks you to sign in again every seven days; publishing it for yourself ends that.",
			OAuth: mail.OAuth{
				Provider: "google", AuthURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token",
				Scopes: []string{"https://mail.google.com/"},
			},
		},
		{
			Name: "Microsoft", Page: "https://entra.microsoft.com/",
			How: "In the Microsoft Entra admin centre register an application for work and personal accounts, of the platform “Mobile and desktop applications” with the redirect address http://localhost, and allow public client flows. Its application id is the client id; there is no secret. It costs nothing, but needs a directory, which comes with a free Azure account or the company's.",
			OAuth: mail.OAuth{
				Provider: "microsoft", AuthURL: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
				TokenURL: "https://login.microsoftonline.com/common/oauth2/v2.0/token", DeviceURL: "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
				Scopes: []string{"https://outlook.office.com/POP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"},
			},
		},
		{Name: "Another provider", How: "Ask the provider for a client id for a program on a desk, for the addresses of its two pages, and for the scopes of POP3 and SMTP."},
	}
}

// PresetFor returns the number of the preset for a server or a provider's name.
func PresetFor(host, provider string) int {
	low := strings.ToLower(host + " " + provider)
	switch {
	case strings.Contains(low, "gmail") || strings.Contains(low, "google"):
		return PresetGoogle
	case strings.Contains(low, "outlook") || strings.Contains(low, "office365") || strings.Contains(low, "microsoft") || strings.Contains(low, "hotmail"):
		return PresetMicrosoft
	}
	return PresetOther
}
