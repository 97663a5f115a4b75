package gateway

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// minCompressed is the size from which a response is worth compressing.
const minCompressed = 1400

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// compress gzips JSON and HTML responses for clients that accept it. Streams are left alone: their events must leave at once.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !acceptsGzip(r.Header.Values("Accept-Encoding")) || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		cw := &compressWriter{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(cw, r)
		cw.close() // not after a panic, when what is held back is left for the answer to the fault
	})
}

func acceptsGzip(values []string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			name, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.ReplaceAll(params, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

// compressWriter holds back the first bytes of a response until it is known whether it is worth compressing.
type compressWriter struct {
	http.ResponseWriter
	code    int
	held    []byte
	decided bool
	gz      *gzip.Writer
}

// WriteHeader notes the status; it is sent with the first bytes.
func (w *compressWriter) WriteHeader(code int) {
	if w.decided {
		return
	}
	w.code = code
	if !w.eligible() {
		w.decide(false)
	}
}

func (w *compressWriter) eligible() bool {
	h := w.Header()
	kind := h.Get("Content-Type")
	return h.Get("Content-Encoding") == "" && (strings.HasPrefix(kind, "application/") && strings.Contains(kind, "json") || strings.HasPrefix(kind, "text/html"))
}

// Write holds the bytes back, or passes them on.
func (w *compressWriter) Write(b []byte) (int, error) {
	if !w.decided {
		if !w.eligible() {
			w.decide(false)
		} else {
			w.held = append(w.held, b...)
			if len(w.held) >= minCompressed {
				w.decide(true)
			}
			return len(b), nil
		}
	}
	if w.gz != nil {
		return w.gz.Write(b) //nolint:wrapcheck // a writer passes errors on as they are
	}
	return w.ResponseWriter.Write(b) //nolint:wrapcheck // a writer passes errors on as they are
}

func (w *compressWriter) decide(yes bool) {
	w.decided = true
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if yes {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.gz = gzipWriters.Get().(*gzip.Writer) //nolint:forcetypeassert // the pool holds nothing else
		w.gz.Reset(w.ResponseWriter)
	}
	w.ResponseWriter.WriteHeader(w.code)
	if w.gz != nil {
		_, _ = w.gz.Write(w.held)
	} else {
		_, _ = w.ResponseWriter.Write(w.held)
	}
	w.held = nil
}

// Flush sends what there is: whoever flushes is a stream.
func (w *compressWriter) Flush() {
	if !w.decided {
		w.decide(false)
	}
	if w.gz != nil {
		_ = w.gz.Flush()
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (w *compressWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *compressWriter) close() {
	if !w.decided {
		w.decide(false)
	}
	if w.gz != nil {
		_ = w.gz.Close()
		gzipWriters.Put(w.gz)
	}
}
