//go:build unix

package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

const (
	benchConnections = 50
	benchWarmUp      = 400
	benchTurn        = 500 // requests, before it is the other's turn
)

// BenchmarkGateway measures the whole way of a request, over loopback HTTP: what the gateway costs for one client request that takes eight calls or so,
// against a Go program that makes the same calls with net/http and writes a canned answer. Gateway, baseline and subgraphs are processes of their
// own, the first two on one core each; the subgraphs have their answers ready. Every request carries an Authorization header of its own, which is
// forwarded, so nothing can be shared between requests. CPU time is the process's, user and system, and gateway and baseline take turns, so that a
// busy machine slows both: quote the ratio.
//
//	go test ./gateway -run '^$' -bench Gateway -benchtime 4000x
//
// SLUICE_BENCH_PROFILE names a folder for CPU and memory profiles of the gateway.
func BenchmarkGateway(b *testing.B) {
	workloads := []struct {
		name string
		load func(testing.TB) *graphtest.Suite
	}{
		{"shop", loadShop},
		{"standard", loadStandard},
	}
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			rec := record(b, w.load(b))
			file := rec.save(b)
			subgraphs := startProcess(b, roleSubgraphs, file, "")
			gateway := startProcess(b, roleGateway, file, subgraphs.address)
			baseline := startProcess(b, roleBaseline, file, subgraphs.address)
			load := newGenerator("/graphql", rec.Request, rec.Answer)
			defer load.client.CloseIdleConnections()
			for _, p := range []*process{gateway, baseline} {
				load.send(b, p, benchWarmUp)
			}
			b.Run("requests", func(b *testing.B) { takeTurns(b, load, gateway, baseline) })
		})
	}
}

// takeTurns sends b.N requests to each of the two and reports what they cost.
func takeTurns(b *testing.B, load *generator, gateway, baseline *process) {
	beforeGateway, beforeBaseline := gateway.usage(b), baseline.usage(b)
	b.ResetTimer()
	for left := b.N; left > 0; left -= benchTurn {
		load.send(b, gateway, min(left, benchTurn))
		load.send(b, baseline, min(left, benchTurn))
	}
	b.StopTimer()
	afterGateway, afterBaseline := gateway.usage(b), baseline.usage(b)
	n := float64(b.N)
	own, other := float64(afterGateway.CPU-beforeGateway.CPU), float64(afterBaseline.CPU-beforeBaseline.CPU)
	b.ReportMetric(0, "ns/op") // the time of both together says nothing
	b.ReportMetric(own/other, "x-baseline")
	b.ReportMetric(own/1000/n, "gateway-cpu-µs/op")
	b.ReportMetric(other/1000/n, "baseline-cpu-µs/op")
	b.ReportMetric(float64(afterGateway.Allocs-beforeGateway.Allocs)/n, "gateway-allocs/op")
	b.ReportMetric(float64(afterGateway.Bytes-beforeGateway.Bytes)/n, "gateway-B/op")
	b.ReportMetric(float64(afterGateway.MaxRSS)/(1<<20), "gateway-rss-MiB")
	b.ReportMetric(float64(afterBaseline.MaxRSS)/(1<<20), "baseline-rss-MiB")
}

// generator sends requests and checks the answers.
type generator struct {
	path            string
	request, answer []byte // without an answer any will do
	client          *http.Client
	number          atomic.Int64 // of the next request
}

func newGenerator(path string, request, answer []byte) *generator {
	transport := &http.Transport{MaxIdleConnsPerHost: benchConnections, DisableCompression: true}
	return &generator{path: path, request: request, answer: answer, client: &http.Client{Transport: transport}}
}

// send sends n requests to p over many connections.
func (g *generator) send(b *testing.B, p *process, n int) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	errs := make(chan error, benchConnections)
	for range benchConnections {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := g.one(p.address); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		b.Fatalf("%s: %v", p.role, err)
	}
}

func (g *generator) one(url string) error {
	req, err := http.NewRequest(http.MethodPost, url+g.path, bytes.NewReader(g.request))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+strconv.FormatInt(g.number.Add(1), 10))
	resp, err := g.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || g.answer != nil && !bytes.Equal(body, g.answer) {
		return fmt.Errorf("wrong answer: status %d, %.300s", resp.StatusCode, body)
	}
	return nil
}
