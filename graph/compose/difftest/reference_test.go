package difftest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/graph/compose"
)

// patience is how long the reference may think about one set of subgraphs.
const patience = 20 * time.Second

var errTimeout = errors.New("the reference did not answer in time")

// verdict is what the reference made of a set of subgraphs.
type verdict struct {
	Supergraph string
	Errors     []refError
	Hints      []refHint
	Crash      string // the exception it threw instead of answering
}

type refError struct {
	Code, Message string
	Places        []refPlace
}

type refPlace struct {
	Subgraph     string
	Line, Column int
}

type refHint struct{ Code, Message, Coordinate string }

// reference is a running reference composer. It answers one question at a time.
type reference struct {
	dir    string // has node_modules
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan []byte // closed when the process ends
	script string
}

// startReference starts the reference composer, or skips the test where it is not
// installed. A gate (CI=true or SLUICE_E2E=1) must have it.
func startReference(t testing.TB) *reference {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "e2e")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@apollo", "composition", "package.json")); err != nil {
		if os.Getenv("CI") == "true" || os.Getenv("SLUICE_E2E") == "1" {
			t.Fatalf("the reference composer is not installed, and a gate cannot do without it: run npm ci in e2e: %v", err)
		}
		t.Skip("the reference composer is not installed: run npm ci in e2e to compare with it")
	}
	r := &reference{dir: dir, script: "reference.mjs"}
	if err := r.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	return r
}

func (r *reference) start() error {
	r.cmd = exec.Command("node", "--stack-size=2000", r.script, r.dir)
	r.cmd.Stderr = os.Stderr
	in, err := r.cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	if err := r.cmd.Start(); err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	r.in, r.lines = in, make(chan []byte, 1)
	go func(lines chan<- []byte) {
		defer close(lines)
		for reader := bufio.NewReaderSize(out, 1<<20); ; {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return
			}
			lines <- line
		}
	}(r.lines)
	return nil
}

// stop ends the process and waits for it and the reader of its output.
func (r *reference) stop() {
	_ = r.in.Close()
	_ = r.cmd.Process.Kill()
	for range r.lines {
	}
	_ = r.cmd.Wait()
}

// compose asks the reference. After errTimeout a new process answers the next
// question.
func (r *reference) compose(subgraphs []compose.Subgraph) (verdict, error) {
	type input struct {
		Name string `json:"name"`
		URL  string `json:"url"`
		SDL  string `json:"sdl"`
	}
	var question struct {
		Subgraphs []input `json:"subgraphs"`
	}
	for _, s := range subgraphs {
		question.Subgraphs = append(question.Subgraphs, input{s.Name, s.URL, s.SDL})
	}
	line, err := json.Marshal(question)
	if err != nil {
		return verdict{}, fmt.Errorf("reference: %w", err)
	}
	if _, err := r.in.Write(append(line, '\n')); err != nil {
		return verdict{}, fmt.Errorf("reference: %w", err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case answer, ok := <-r.lines:
		if !ok {
			return verdict{}, errors.New("the reference process ended")
		}
		var v verdict
		if err := json.Unmarshal(answer, &v); err != nil {
			return verdict{}, fmt.Errorf("reference: %w", err)
		}
		return v, nil
	case <-late.C:
		r.stop()
		if err := r.start(); err != nil {
			return verdict{}, err
		}
		return verdict{}, errTimeout
	}
}
