package gateway

import (
	"mime"
	"strconv"
	"strings"
)

// acceptance is a parsed Accept header (RFC 9110 §12.5.1): media ranges in the client's order of preference. Nil: there was none.
type acceptance []mediaRange

type mediaRange struct {
	kind string // "text/html", "text/*", "*/*"
	q    float64
}

// maxRanges bounds how much of an Accept header is read.
const maxRanges = 32

func parseAccept(values []string) acceptance {
	if len(values) == 0 {
		return nil
	}
	out := acceptance{}
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if len(out) == maxRanges {
				return out
			}
			kind, params, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			r := mediaRange{kind: kind, q: 1}
			if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
				r.q = q
			}
			if r.q > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// response picks the media type of the response: the offered one that the client prefers, the first named among equals. Without a header, or
// with a wildcard, it is application/json, which every client reads. "" when nothing that is accepted is offered.
func (a acceptance) response() string {
	if a == nil {
		return typeJSON
	}
	best, bestQ := "", 0.0
	for _, r := range a {
		kind := ""
		switch r.kind {
		case typeJSON, typeResponse, typeSSE, typeParts:
			kind = r.kind
		case "*/*", "application/*":
			kind = typeJSON
		case "text/*":
			kind = typeSSE
		}
		if kind != "" && r.q > bestQ {
			best, bestQ = kind, r.q
		}
	}
	return best
}

// prefersHTML tells a browser that opens the address from a program that reads JSON.
func (a acceptance) prefersHTML() bool {
	html, other := 0.0, 0.0
	for _, r := range a {
		switch r.kind {
		case "text/html":
			html = max(html, r.q)
		case typeJSON, typeResponse, typeSSE:
			other = max(other, r.q)
		}
	}
	return html > other
}
