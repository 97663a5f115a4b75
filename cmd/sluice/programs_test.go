package main

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a script waits for a program to say or do something.
const patience = 30 * time.Second

type programsKey struct{}

// programs are those that a script has started, by the names it gave them.
type programs map[string]*program

// program is one that runs in the background.
type program struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed after err is set
	err   error

	mu      sync.Mutex
	written strings.Builder // standard output and error, as they came
	more    chan struct{}   // closed and replaced when something is written
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.more)
	p.more = make(chan struct{})
	return p.written.Write(b)
}

// output returns what has been written, and a channel that is closed when there is more.
func (p *program) output() (string, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written.String(), p.more
}

// end waits until the program has ended.
func (p *program) end(ts *testscript.TestScript) {
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		text, _ := p.output()
		ts.Fatalf("it has not ended after %s:\n%s", patience, text)
	}
}

func find(ts *testscript.TestScript, name string) *program {
	p := ts.Value(programsKey{}).(programs)[name]
	if p == nil {
		ts.Fatalf("no program %q was started", name)
	}
	return p
}

func port(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: port NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	ts.Check(l.Close())
}

func start(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: start NAME [K=V...] PROGRAM ARGS")
	}
	name, args := args[0], args[1:]
	p := &program{ended: make(chan struct{}), more: make(chan struct{})}
	env := os.Environ()
	for strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), env
	p.cmd.Stdout, p.cmd.Stderr = p, p
	ts.Check(p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	ts.Value(programsKey{}).(programs)[name] = p
	ts.Defer(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.end(ts)
	})
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await NAME REGEXP")
	}
	p := find(ts, args[0])
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	limit := time.After(patience)
	for {
		text, more := p.output()
		if m := re.FindStringSubmatch(text); m != nil {
			for i, group := range re.SubexpNames() {
				if group != "" {
					ts.Setenv(group, m[i])
				}
			}
			return
		}
		select {
		case <-more:
		case <-p.ended:
			if latest, _ := p.output(); latest == text {
				ts.Fatalf("it ended (%v) without writing %s:\n%s", p.err, args[1], text)
			}
		case <-limit:
			ts.Fatalf("it has not written %s after %s:\n%s", args[1], patience, text)
		}
	}
}

func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM}
	if len(args) != 2 || signals[args[1]] == 0 {
		ts.Fatalf("usage: signal NAME HUP|TERM")
	}
	ts.Check(find(ts, args[0]).cmd.Process.Signal(signals[args[1]]))
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: stop NAME")
	}
	p := find(ts, args[0])
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	p.end(ts)
	text, _ := p.output()
	_, err := ts.Stdout().Write([]byte(text))
	ts.Check(err)
	if (p.err != nil) != neg {
		ts.Fatalf("it ended with %v:\n%s", p.err, text)
	}
}
