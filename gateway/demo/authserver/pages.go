package authserver

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are parsed once; a fault in them cannot depend on input.
var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

type loginPage struct {
	Transaction, Client string
	Users               []User
	Failed              bool
}

type consentPage struct {
	Transaction, Client, Resource, Target string
	User                                  User
	Scopes                                []string
}

type problemPage struct{ Message string }

// policy lets a page use its own inline style and nothing else, and be framed by no one. It does not name form-action:
// browsers apply that to the redirect after the form too, and a client's address can be of any scheme.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) page(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, data); err != nil {
		s.options.Logger.Error("page not rendered", slog.String("page", name), slog.Any("error", err))
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// problem tells the person at the browser what cannot be told to a client.
func (s *Server) problem(w http.ResponseWriter, message string) {
	s.page(w, http.StatusBadRequest, "problem.html", problemPage{message})
}
