package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets/*.gz
var assets embed.FS

//go:embed page.html
var page string

//go:embed start.js
var start string

// Prefix is the path under which the page's files must be served by Handler.
const Prefix = "/graphiql/"

// Handler serves the page at every path outside Prefix, and its files below Prefix. The page queries the endpoint that it was opened at,
// and subscribes there by server-sent events.
func Handler() http.Handler {
	sum := sha256.Sum256([]byte(start))
	policy := "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
		"script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'"
	var b bytes.Buffer
	t := template.Must(template.New("page").Parse(page))
	if err := t.Execute(&b, map[string]any{"Prefix": Prefix, "Start": template.JS(start)}); err != nil { //nolint:gosec // our own script
		panic(err) // the template and its data are constants
	}
	body := b.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if name, ok := strings.CutPrefix(r.URL.Path, Prefix); ok {
			serveAsset(w, r, name)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	})
}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	data, err := assets.ReadFile("assets/" + path.Base(name) + ".gz")
	if err != nil || path.Base(name) != name {
		http.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(data)
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == h.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(data)
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		http.Error(w, "unreadable file", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, z) //nolint:gosec // our own file of known size
}
