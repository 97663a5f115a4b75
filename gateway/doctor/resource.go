package doctor

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

const wellKnownResource = "/.well-known/oauth-protected-resource"

// resourceMetadata is what the walk reads of RFC 9728 §2.
type resourceMetadata struct {
	Resource      string   `json:"resource"`
	Servers       []string `json:"authorization_servers"`
	Scopes        []string `json:"scopes_supported"`
	BearerMethods []string `json:"bearer_methods_supported"`
}

// places are where clients look for the metadata without being told (RFC 9728 §3.1): with the path inserted, then at the root.
func (w *walker) places() []string {
	root := w.target.Scheme + "://" + w.target.Host + wellKnownResource
	if path := strings.TrimSuffix(w.target.EscapedPath(), "/"); path != "" {
		return []string{root + path, root}
	}
	return []string{root}
}

// resource reads the protected-resource metadata at the named place and at the well-known ones. It returns the authorization servers of the
// first document that is about this server: the one that clients take.
func (w *walker) resource(ctx context.Context, named string) []string {
	places := w.places()
	if named != "" && !slices.Contains(places, named) {
		places = append([]string{named}, places...)
	}
	var servers []string
	found := false
	for i, place := range places {
		s := w.report.step("protected-resource metadata", place)
		absent := s.warn // another place may have it
		if place == named {
			absent = s.fault
		}
		var m resourceMetadata
		a := w.document(ctx, s, &m, absent)
		if a == nil {
			continue
		}
		checkBrowsers(s, a)
		if last := i == len(places)-1; last && found && !w.isAbout(m.Resource) {
			s.Found = "it is about another resource of this host, " + quoted(m.Resource)
			continue
		}
		w.checkResource(s, &m)
		if !found {
			found, servers = true, m.Servers
		} else if !slices.Equal(servers, m.Servers) {
			s.fault("it names other authorization servers than the document before: "+quotedList(m.Servers), "serve one document at every place")
		}
	}
	if !found {
		w.report.step("protected-resource metadata", "").
			fault("there is none at any place, so that no client finds the authorization server", "publish it at "+w.places()[0])
	}
	return servers
}

func (w *walker) checkResource(s *Step, m *resourceMetadata) {
	s.Found = "resource " + quoted(m.Resource) + ", authorization servers " + quotedList(m.Servers)
	switch {
	case m.Resource == "":
		s.fault("it has no resource", "add "+quoted(w.target.String()))
	case !w.isAbout(m.Resource):
		s.fault("resource is "+quoted(m.Resource)+", but the server is at "+quoted(w.target.String())+": clients refuse it (RFC 9728 §3.3)",
			"set resource to the address that clients use, with scheme, host and port as they do")
	}
	if len(m.Servers) == 0 {
		s.fault("it names no authorization server", "add authorization_servers with the issuer URL")
	}
	if len(m.BearerMethods) > 0 && !slices.Contains(m.BearerMethods, "header") {
		s.fault("bearer_methods_supported leaves out header, the only method that MCP clients use", `add "header"`)
	}
	if slices.Contains(m.Scopes, "offline_access") {
		s.warn("scopes_supported has offline_access, which is the authorization server's", "leave it out")
	}
}

// isAbout reports whether an identifier is that of the server: of the same origin, and its path or one above it, which clients accept.
func (w *walker) isAbout(resource string) bool {
	u, err := url.Parse(resource)
	if err != nil || !strings.EqualFold(u.Scheme, w.target.Scheme) || !strings.EqualFold(hostPort(u), hostPort(w.target)) {
		return false
	}
	path, target := strings.TrimSuffix(u.EscapedPath(), "/")+"/", strings.TrimSuffix(w.target.EscapedPath(), "/")+"/"
	return u.RawQuery == "" && u.Fragment == "" && strings.HasPrefix(target, path)
}

// hostPort is the host with the port that counts.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
