//go:build unix

package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/gateway/config"
)

// Roles of the processes, in the environment variable SLUICE_BENCH_ROLE.
const (
	roleSubgraphs = "subgraphs"
	roleGateway   = "gateway"
	roleBaseline  = "baseline"
)

// process is another process of this test binary that serves HTTP.
type process struct {
	role    string
	address string // URL
	control string // URL of usage
}

// startProcess starts a process and waits until it listens. It ends with the benchmark.
func startProcess(b *testing.B, role, file, subgraphs string) *process {
	b.Helper()
	binary, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^TestProcessOfBenchmark$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), "SLUICE_BENCH_ROLE="+role, "SLUICE_BENCH_WORKLOAD="+file, "SLUICE_BENCH_SUBGRAPHS="+subgraphs)
	if role != roleSubgraphs {
		cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	}
	if dir := os.Getenv("SLUICE_BENCH_PROFILE"); dir != "" && role == roleGateway {
		cmd.Args = append(cmd.Args, "-test.cpuprofile="+filepath.Join(dir, "cpu.pprof"), "-test.memprofile="+filepath.Join(dir, "mem.pprof"), "-test.memprofilerate=4096")
	}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe() // its end is the sign to stop
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("%s: %v", role, err)
		}
	})
	p := &process{role: role}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	if _, scanErr := fmt.Sscanf(line, "serving %s %s", &p.address, &p.control); err != nil || scanErr != nil {
		b.Fatalf("%s: says %q: %v", role, line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }() // until the process ends
	return p
}

// usage is what a process has used so far.
type usage struct {
	CPU           time.Duration // user and system
	Allocs, Bytes uint64
	MaxRSS        int64 // bytes
}

// usage asks a process.
func (p *process) usage(b *testing.B) (u usage) {
	resp, err := http.Get(p.control)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&u); err != nil {
		b.Fatal(err)
	}
	return u
}

func ownUsage() usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	u := usage{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), Allocs: m.Mallocs, Bytes: m.TotalAlloc, MaxRSS: r.Maxrss}
	if runtime.GOOS != "darwin" { // elsewhere it counts KiB
		u.MaxRSS <<= 10
	}
	return u
}

// TestProcessOfBenchmark is the main function of the processes that BenchmarkGateway starts.
func TestProcessOfBenchmark(t *testing.T) {
	role := os.Getenv("SLUICE_BENCH_ROLE")
	if role == "" {
		t.Skip("only BenchmarkGateway runs it")
	}
	text, err := os.ReadFile(os.Getenv("SLUICE_BENCH_WORKLOAD"))
	if err != nil {
		t.Fatal(err)
	}
	w := new(workload)
	if err := json.Unmarshal(text, w); err != nil {
		t.Fatal(err)
	}
	control := serveLocally(t, http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(out).Encode(ownUsage())
	}))
	var address string
	switch subgraphs := os.Getenv("SLUICE_BENCH_SUBGRAPHS"); role {
	case roleSubgraphs:
		address = serveLocally(t, w.subgraphHandler())
	case roleBaseline:
		address = serveLocally(t, w.baselineHandler(subgraphs))
	case roleGateway:
		address = w.serveGateway(t, subgraphs)
	}
	fmt.Println("serving", address, control)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func serveLocally(t *testing.T, h http.Handler) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }() // until the process ends
	return "http://" + l.Addr().String()
}

// serveGateway starts the gateway as its command would.
func (w *workload) serveGateway(t *testing.T, subgraphs string) (url string) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "supergraph.graphql"), []byte(w.Supergraph), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("gateway.toml", []byte(w.configuration(subgraphs)), dir, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(context.Background(), cfg, gateway.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return "http://" + g.Address()
}

// subgraphHandler answers every recorded request with its answer.
func (w *workload) subgraphHandler() http.Handler {
	answers := map[string][]byte{}
	for _, c := range w.Calls {
		answers["/"+c.Subgraph+" "+string(c.Request)] = c.Response
	}
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		answer, ok := answers[r.URL.Path+" "+string(body)]
		if err != nil || !ok || r.Header.Get("Authorization") == "" {
			http.Error(out, "not a recorded request", http.StatusBadRequest)
			return
		}
		out.Header().Set("Content-Type", "application/json")
		_, _ = out.Write(answer)
	})
}

// baselineHandler makes the recorded calls, round by round, and answers with the recorded answer.
func (w *workload) baselineHandler(subgraphs string) http.Handler {
	calls := slices.Clone(w.Calls)
	slices.SortStableFunc(calls, func(a, b subgraphCall) int { return a.Round - b.Round })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * benchConnections}}
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(out, "body", http.StatusBadRequest)
			return
		}
		for round := calls; len(round) > 0; {
			n := 1
			for n < len(round) && round[n].Round == round[0].Round {
				n++
			}
			var wg sync.WaitGroup
			for _, c := range round[:n] {
				wg.Go(func() { callPlainly(r, client, subgraphs+"/"+c.Subgraph, c.Request) })
			}
			wg.Wait()
			round = round[n:]
		}
		out.Header().Set("Content-Type", "application/json")
		_, _ = out.Write(w.Answer)
	})
}

func callPlainly(r *http.Request, client *http.Client, url string, body []byte) {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", r.Header.Get("Authorization"))
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		panic(fmt.Sprint("status ", resp.StatusCode, ", ", err))
	}
}
