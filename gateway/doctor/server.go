package doctor

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// serverMetadata is what the walk reads of RFC 8414 §2 and OpenID Connect Discovery 1.0 §3.
type serverMetadata struct {
	Issuer           string   `json:"issuer"`
	Authorization    string   `json:"authorization_endpoint"`
	Token            string   `json:"token_endpoint"`
	Registration     string   `json:"registration_endpoint"`
	JWKS             string   `json:"jwks_uri"`
	ResponseTypes    []string `json:"response_types_supported"`
	GrantTypes       []string `json:"grant_types_supported"`
	Challenges       []string `json:"code_challenge_methods_supported"`
	AuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	MetadataDocument bool     `json:"client_id_metadata_document_supported"`
}

// serverPlaces are where clients look for an issuer's metadata, in their order (MCP 2025-11-25, Authorization Server Metadata Discovery).
func serverPlaces(issuer *url.URL) []string {
	origin, path := issuer.Scheme+"://"+issuer.Host, strings.TrimSuffix(issuer.EscapedPath(), "/")
	places := []string{
		origin + "/.well-known/oauth-authorization-server" + path,
		origin + "/.well-known/openid-configuration" + path,
	}
	if path != "" {
		places = append(places, origin+path+"/.well-known/openid-configuration")
	}
	return places
}

// server reads the metadata of an authorization server at the places where clients look: one suffices.
func (w *walker) server(ctx context.Context, issuer string) {
	u, err := url.Parse(issuer)
	if fault, mend := w.mayAsk(issuer); err != nil || fault != "" {
		w.report.step("authorization server", issuer).fault(fault, mend)
		return
	}
	found := false
	for _, place := range serverPlaces(u) {
		s := w.report.step("authorization-server metadata", place)
		missing := ""
		var m serverMetadata
		a := w.document(ctx, s, &m, func(fault, _ string) { missing = fault })
		switch {
		case a != nil && !found:
			found = true
			checkBrowsers(s, a)
			w.checkServer(s, issuer, &m)
			w.keys(ctx, m.JWKS)
		case a != nil:
			s.Found = "it is there as well"
			if m.Issuer != issuer {
				s.warn("its issuer is "+quoted(m.Issuer)+" and not "+quoted(issuer), "say the same at every place")
			}
		case missing != "":
			s.Status, s.Found = Skipped, missing
		}
	}
	if !found {
		w.report.step("authorization server", issuer).
			fault("its metadata is at none of the places where clients look", "publish it at "+serverPlaces(u)[0]+"; and check that authorization_servers names the issuer exactly as it calls itself")
	}
}

func (w *walker) checkServer(s *Step, issuer string, m *serverMetadata) {
	s.Found = "issuer " + quoted(m.Issuer)
	switch {
	case m.Issuer == issuer:
	case strings.TrimSuffix(m.Issuer, "/") == strings.TrimSuffix(issuer, "/"):
		s.fault("the issuer is "+quoted(m.Issuer)+" here and "+quoted(issuer)+" in the resource's metadata: they differ by a slash, and must be identical (RFC 8414 §3.3)",
			"write the issuer as the authorization server does")
	default:
		s.fault("the issuer is "+quoted(m.Issuer)+", but the resource's metadata names "+quoted(issuer)+" (RFC 8414 §3.3)", "name the issuer as the authorization server does")
	}
	w.checkEndpoint(s, "authorization_endpoint", m.Authorization)
	w.checkEndpoint(s, "token_endpoint", m.Token)
	if !slices.Contains(m.ResponseTypes, "code") {
		s.fault("response_types_supported lacks code", "allow the authorization code flow")
	}
	if !slices.Contains(m.Challenges, "S256") {
		s.fault("code_challenge_methods_supported lacks S256: MCP clients must refuse to go on", "turn PKCE on, and say so in the metadata")
	}
	if len(m.GrantTypes) > 0 && !slices.Contains(m.GrantTypes, "authorization_code") {
		s.fault("grant_types_supported lacks authorization_code", "allow the authorization code flow")
	}
	if m.Registration == "" && !m.MetadataDocument {
		s.warn("clients cannot introduce themselves: there is neither a registration_endpoint (RFC 7591) nor client_id_metadata_document_supported",
			"turn one of them on, or register each client by hand and tell its users the client id")
	}
	if len(m.AuthMethods) > 0 && !slices.Contains(m.AuthMethods, "none") {
		s.warn("token_endpoint_auth_methods_supported lacks none, which clients on people's machines use", "allow public clients")
	}
}

func (w *walker) checkEndpoint(s *Step, name, address string) {
	if address == "" {
		s.fault("it has no "+name, "add it")
		return
	}
	if fault, mend := w.mayAsk(address); fault != "" {
		s.fault(name+" "+quoted(address)+": "+fault, mend)
	}
}
