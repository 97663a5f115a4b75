package subgraph

import (
	"bufio"
	"bytes"
	"io"
)

// sseReader reads server-sent events (HTML Living Standard §9.2.6 Interpreting an event stream). Ids and retry times are ignored: a
// subscription is not resumed.
type sseReader struct {
	r       *bufio.Reader
	limit   int // on one event
	line    []byte
	started bool // the byte order mark is behind us
	afterCR bool // the last line ended in CR: an LF belongs to it
}

func newSSEReader(r io.Reader, limit int) *sseReader {
	return &sseReader{r: bufio.NewReader(r), limit: limit}
}

// next returns the next event that has data or the name complete. The data belongs to the caller.
func (s *sseReader) next() (name string, data []byte, err error) {
	hasData := false
	for {
		line, err := s.readLine(s.limit - len(data))
		if err != nil {
			return "", nil, err
		}
		if len(line) == 0 {
			if hasData || name == "complete" {
				return name, data, nil
			}
			name = ""
			continue
		}
		field, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch string(field) {
		case "event":
			name = string(value)
		case "data":
			if hasData {
				data = append(data, '\n')
			}
			data, hasData = append(data, value...), true
		}
	}
}

// readLine returns the next line without its end, valid until the next call. What follows the last line end is no line.
func (s *sseReader) readLine(limit int) ([]byte, error) {
	s.line = s.line[:0]
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if s.afterCR && c == '\n' {
			s.afterCR = false
			continue
		}
		s.afterCR = c == '\r'
		if c != '\n' && c != '\r' {
			if s.line = append(s.line, c); len(s.line) > limit {
				return nil, errTooLarge
			}
			continue
		}
		if !s.started {
			s.started = true
			s.line = bytes.TrimPrefix(s.line, []byte("\uFEFF"))
		}
		return s.line, nil
	}
}
