package subgraph

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/sluice-gateway/sluice/graph/exec"
)

const (
	// maxHead is how many bytes the status line and the headers of a response may have, and the trailers.
	maxHead = 64 << 10
	// maxInterim is how many 1xx responses may come before the response.
	maxInterim = 8
	// chunked and untilClose stand for the lengths of bodies that do not say them.
	chunked    = -1
	untilClose = -2
)

// responseReader reads the responses that come over one connection (RFC 9112).
type responseReader struct {
	r    *bufio.Reader
	line []byte // one that is longer than r's buffer
	left int    // bytes that the head may still have
}

// head is what matters of a response's status line and headers.
type head struct {
	status int
	length int64 // or chunked or untilClose
	keep   bool  // the connection can be used again
	gzip   bool

	minor                        byte // of the HTTP version
	lengthSeen, close, keepAlive bool
}

// errMalformed is that the server does not speak HTTP/1.1, or more of it than is understood here.
var errMalformed = errors.New("malformed HTTP response")

// read reads one response, with a body of at most limit bytes. keep tells whether the connection can carry another request.
func (r *responseReader) read(limit, hint int) (_ *exec.Response, keep bool, err error) {
	if _, err := r.r.Peek(1); err != nil {
		return nil, false, fmt.Errorf("%w: %w", errUnanswered, err)
	}
	var h head
	for n := 0; ; n++ {
		if h, err = r.readHead(); err != nil {
			return nil, false, err
		}
		if h.status >= 200 {
			break
		}
		if h.status == http.StatusSwitchingProtocols || n == maxInterim {
			return nil, false, fmt.Errorf("%w: status %d", errMalformed, h.status)
		}
	}
	if h.length > int64(limit) {
		return nil, false, errTooLarge
	}
	if h.length >= 0 {
		hint = int(h.length)
	}
	body := exec.NewBuffer(hint + 1)
	if body.B, err = r.readBody(body.B, &h, limit); err == nil && h.gzip {
		body, err = inflate(body, limit)
	}
	if err != nil {
		body.Release()
		return nil, false, err
	}
	return &exec.Response{Status: h.status, Body: body}, h.keep && r.r.Buffered() == 0, nil
}

// readLine returns the next line of a head without its end, valid until the next call. A lone LF ends a line, too (§2.2).
func (r *responseReader) readLine() ([]byte, error) {
	line, err := r.readRaw()
	return bytes.TrimSuffix(line, []byte{'\r'}), err
}

// readStrict returns the next line of a chunked body, where LF alone ends nothing.
func (r *responseReader) readStrict() ([]byte, error) {
	line, err := r.readRaw()
	line, ok := bytes.CutSuffix(line, []byte{'\r'})
	if err == nil && !ok {
		err = fmt.Errorf("%w: end of line", errMalformed)
	}
	return line, err
}

// readRaw returns the next line up to LF.
func (r *responseReader) readRaw() ([]byte, error) {
	r.line = r.line[:0]
	for {
		part, err := r.r.ReadSlice('\n')
		if r.left -= len(part); r.left < 0 {
			return nil, fmt.Errorf("%w: head is too large", errMalformed)
		}
		if err == nil {
			if len(r.line) > 0 {
				r.line = append(r.line, part...)
				part = r.line
			}
			return part[:len(part)-1], nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, unexpected(err)
		}
		r.line = append(r.line, part...)
	}
}

// unexpected turns the end of a connection into the error that it is inside a response.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *responseReader) readHead() (h head, err error) {
	r.left = maxHead
	line, err := r.readLine()
	if err != nil {
		return h, err
	}
	// HTTP/1.1 200 OK; the reason may be missing, with its space.
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[7]>>1 != '0'>>1 || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return h, fmt.Errorf("%w: status line", errMalformed)
	}
	h.minor, h.length = line[7]-'0', untilClose
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return h, fmt.Errorf("%w: status", errMalformed)
		}
		h.status = h.status*10 + int(c-'0')
	}
	if h.status < 100 {
		return h, fmt.Errorf("%w: status", errMalformed)
	}
	for {
		line, err := r.readLine()
		if err != nil {
			return h, err
		}
		if len(line) == 0 {
			return h, h.settle()
		}
		if err := h.field(line); err != nil {
			return h, err
		}
	}
}

// field takes a header line.
func (h *head) field(line []byte) error {
	name, value, ok := bytes.Cut(line, []byte{':'})
	value = bytes.Trim(value, " \t")
	if !ok || !validHeader(name, value) {
		return fmt.Errorf("%w: header", errMalformed) // a line that continues the one before is obsolete (§5.2)
	}
	switch {
	case equalFold(name, "content-length"):
		n, err := parseLength(value, 10)
		if err != nil || h.lengthSeen && h.length >= 0 && h.length != n {
			return fmt.Errorf("%w: Content-Length", errMalformed)
		}
		h.lengthSeen = true
		if h.length != chunked {
			h.length = n
		}
	case equalFold(name, "transfer-encoding"):
		if !equalFold(value, "chunked") || h.length == chunked || h.minor == 0 {
			return fmt.Errorf("%w: Transfer-Encoding", errMalformed)
		}
		h.length = chunked
	case equalFold(name, "connection"):
		for option := range bytes.SplitSeq(value, []byte{','}) {
			option = bytes.Trim(option, " \t")
			h.close = h.close || equalFold(option, "close")
			h.keepAlive = h.keepAlive || equalFold(option, "keep-alive")
		}
	case equalFold(name, "content-encoding"):
		h.gzip = equalFold(value, "gzip")
	}
	return nil
}

// settle draws the conclusions when all headers are known (§6.3).
func (h *head) settle() error {
	if h.status < 200 || h.status == http.StatusNoContent || h.status == http.StatusNotModified {
		if h.length == chunked {
			return fmt.Errorf("%w: Transfer-Encoding without a body", errMalformed)
		}
		h.length, h.gzip = 0, false
	}
	h.keep = h.length != untilClose && !h.close && (h.minor == 1 || h.keepAlive) &&
		(h.length != chunked || !h.lengthSeen) // both may be an attempt to smuggle (§6.1)
	return nil
}

// readBody appends the body.
func (r *responseReader) readBody(dst []byte, h *head, limit int) ([]byte, error) {
	switch h.length {
	case chunked:
		return r.readChunks(dst, limit)
	case untilClose:
		return readCapped(dst, r.r, limit)
	default:
		return r.readN(dst, h.length)
	}
}

// readN appends n bytes.
func (r *responseReader) readN(dst []byte, n int64) ([]byte, error) {
	at := len(dst)
	dst = slices.Grow(dst, int(n))[:at+int(n)]
	_, err := io.ReadFull(r.r, dst[at:])
	if err != nil {
		err = unexpected(err)
	}
	return dst, err
}

// readChunks appends a body in chunks, and skips its trailers (§7.1).
func (r *responseReader) readChunks(dst []byte, limit int) ([]byte, error) {
	for {
		r.left = maxHead
		line, err := r.readStrict()
		if err != nil {
			return dst, err
		}
		size, _, _ := bytes.Cut(line, []byte{';'})
		n, err := parseLength(bytes.TrimRight(size, " \t"), 16)
		if err != nil {
			return dst, err
		}
		if n == 0 {
			break
		}
		if n > int64(limit-len(dst)) {
			return dst, errTooLarge
		}
		if dst, err = r.readN(dst, n); err != nil {
			return dst, err
		}
		if line, err = r.readStrict(); err != nil || len(line) > 0 {
			return dst, errors.Join(errMalformed, err)
		}
	}
	r.left = maxHead
	for {
		line, err := r.readStrict()
		if err != nil || len(line) == 0 {
			return dst, err
		}
		if name, value, ok := bytes.Cut(line, []byte{':'}); !ok || !validHeader(name, value) {
			return dst, fmt.Errorf("%w: trailer", errMalformed)
		}
	}
}

// parseLength reads a number of at most 15 digits.
func parseLength(text []byte, base int64) (n int64, err error) {
	if len(text) == 0 || len(text) > 15 {
		return 0, fmt.Errorf("%w: length", errMalformed)
	}
	for _, c := range text {
		digit := int64(c - '0')
		if c > '9' {
			digit = int64(c|0x20-'a') + 10
		}
		if c < '0' || digit >= base || c > '9' && c < 'A' {
			return 0, fmt.Errorf("%w: length", errMalformed)
		}
		n = n*base + digit
	}
	return n, nil
}

// equalFold compares with a lower-case ASCII word.
func equalFold(text []byte, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// inflate decompresses a body. It releases packed where it returns another.
func inflate(packed *exec.Buffer, limit int) (*exec.Buffer, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed.B))
	if err != nil {
		return packed, err //nolint:wrapcheck // it says gzip
	}
	body := exec.NewBuffer(4 * len(packed.B))
	body.B, err = readCapped(body.B, z, limit)
	packed.Release()
	return body, err
}
