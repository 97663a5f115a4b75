package subgraph

import (
	"io"
	"sync"
)

// source is a request body that can be taken away: the transport may go on reading a body after it has returned a response, but
// exec uses the memory again when Fetch has returned.
type source struct {
	mu sync.Mutex
	b  []byte
}

func (s *source) detach() {
	s.mu.Lock()
	s.b = nil
	s.mu.Unlock()
}

// reader reads a source from the beginning.
type reader struct {
	source *source
	at     int
}

func (r *reader) Read(p []byte) (int, error) {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	if r.at >= len(r.source.b) {
		return 0, io.EOF
	}
	n := copy(p, r.source.b[r.at:])
	r.at += n
	return n, nil
}

func (r *reader) Close() error { return nil }
