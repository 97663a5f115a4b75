package mcp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	mcpgo "github.com/mark3labs/mcp-go/mcp"
)

// stdioCalls is how many messages of a stdio client are worked on at once. While
// that many are, nothing is read, cancellations neither.
const stdioCalls = 64

// ServeStdio serves one client over a pair of streams, one message a line: MCP,
// Transports, stdio. It returns nil when in ends, after every answer is
// written, and ctx's error when ctx ends first; then the goroutine that reads
// in ends with its next line.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &stdioConn{server: s, out: out, running: map[string]context.CancelFunc{}}
	lines, done := make(chan []byte), make(chan error, 1)
	go func() {
		defer close(lines)
		done <- readLines(ctx, in, s.cfg.MaxBodyBytes, lines)
	}()
	slots := make(chan struct{}, stdioCalls)
	var work sync.WaitGroup
	defer work.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, ok := <-lines:
			if !ok {
				work.Wait()
				return errors.Join(<-done, c.err())
			}
			m, fail := parseLine(line)
			if fail == nil && c.noted(&m) {
				continue
			}
			slots <- struct{}{}
			callCtx, end := c.begin(ctx, &m)
			work.Go(func() {
				defer func() { <-slots }()
				defer end()
				c.answer(callCtx, &m, fail, line)
			})
		}
	}
}

// errLineTooLong stands for a line that was skipped.
var errLineTooLong = []byte{0}

// readLines sends every line that is not empty; of one longer than limit only
// the fact.
func readLines(ctx context.Context, in io.Reader, limit int64, lines chan<- []byte) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		var line []byte
		tooLong := false
		var err error
		for more := true; more; {
			var part []byte
			part, err = r.ReadSlice('\n')
			more = errors.Is(err, bufio.ErrBufferFull)
			if tooLong = tooLong || int64(len(line)+len(part)) > limit; !tooLong {
				line = append(line, part...)
			}
		}
		if tooLong {
			line = errLineTooLong
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("mcp: stdin: %w", err)
		}
	}
}

func parseLine(line []byte) (message, *rpcError) {
	if bytes.Equal(line, errLineTooLong) {
		return message{}, &rpcError{code: codeInvalidRequest, message: "the message is too long"}
	}
	m, fail := parseMessage(line)
	if fail == nil {
		fail = m.checkVersion(http.Header{})
	}
	return m, fail
}

// stdioConn is one client. Unlike over HTTP, its cancellations are its own.
type stdioConn struct {
	server *Server

	mu      sync.Mutex
	out     io.Writer
	failed  error
	running map[string]context.CancelFunc // by raw id
}

// noted handles what has no answer.
func (c *stdioConn) noted(m *message) bool {
	if m.id != nil && !m.reply {
		return false
	}
	if m.method == string(mcpgo.MethodNotificationCancelled) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if cancel := c.running[string(m.requestID)]; cancel != nil {
			cancel()
		}
	}
	return true
}

// begin makes a request cancellable by its id until the returned function is called.
func (c *stdioConn) begin(ctx context.Context, m *message) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	if m.id == nil {
		return ctx, cancel
	}
	id := string(m.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[id] = cancel
	return ctx, func() {
		cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.running, id)
	}
}

// answer writes what one message comes to. A cancelled request is not answered.
func (c *stdioConn) answer(ctx context.Context, m *message, fail *rpcError, line []byte) {
	s := c.server
	defer s.recoverInto(ctx, func(text string) {
		c.write(appendRPCError(nil, m.id, &rpcError{code: codeInternal, message: text}))
	})
	var t *tool
	if fail == nil {
		t, fail = s.called(ctx, m)
	}
	if fail != nil {
		c.write(appendRPCError(nil, m.id, fail))
		return
	}
	if t != nil && t.added == nil {
		res := s.call(ctx, t, m.arguments, m.header(http.Header{}))
		if ctx.Err() == nil {
			c.write(s.appendResult(nil, m.id, res, m.modern(http.Header{})))
		}
		res.done()
		return
	}
	a := s.ask(ctx, m, line)
	for _, n := range a.notifications {
		c.write(n)
	}
	if ctx.Err() == nil {
		c.write(a.response)
	}
}

func (c *stdioConn) write(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.out.Write(append(b, '\n')); err != nil && c.failed == nil {
		c.failed = fmt.Errorf("mcp: stdout: %w", err)
	}
}

func (c *stdioConn) err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}
