//go:build unix

package gateway_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

// BenchmarkExecuteTool measures what an operation costs the gateway by the MCP tool execute, against the same operation on /graphql: one process,
// both in turns, CPU time. The ratio must not pass 1.4. What the tool adds is reading a second envelope, judging whether the answer fits the
// budget of tokens, and quoting the answer in JSON once more; "cut" answers with the part that the default budget holds.
//
//	go test ./gateway -run '^$' -bench ExecuteTool -benchtime 4000x
func BenchmarkExecuteTool(b *testing.B) {
	for _, w := range []struct {
		name string
		load func(testing.TB) *graphtest.Suite
	}{
		{"shop", loadShop},
		{"standard", loadStandard},
	} {
		b.Run(w.name, func(b *testing.B) {
			rec := record(b, w.load(b))
			file := rec.save(b)
			subgraphs := startProcess(b, roleSubgraphs, file, "")
			gateway := startProcess(b, roleGateway, file, subgraphs.address)
			plain := newGenerator("/graphql", rec.Request, rec.Answer)
			whole := newGenerator("/mcp", rec.toolCall(b, ""), rec.toolAnswer(b))
			cut := newGenerator("/mcp", rec.toolCall(b, `,"max_tokens":10000`), nil)
			for _, g := range []*generator{plain, whole, cut} {
				defer g.client.CloseIdleConnections()
				g.send(b, gateway, benchWarmUp)
			}
			b.Run("whole", func(b *testing.B) { compare(b, gateway, whole, plain) })
			b.Run("cut", func(b *testing.B) { compare(b, gateway, cut, plain) })
		})
	}
}

// toolCall is the workload's request as a call of execute, with more arguments.
func (w *workload) toolCall(tb testing.TB, more string) []byte {
	var request struct{ Query string }
	if err := json.Unmarshal(w.Request, &request); err != nil {
		tb.Fatal(err)
	}
	text, err := json.Marshal(request.Query)
	if err != nil {
		tb.Fatal(err)
	}
	return []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":` + string(text) + more + `}}}`)
}

// toolAnswer is the answer to toolCall: the whole of the workload's answer, uncut.
func (w *workload) toolAnswer(tb testing.TB) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(string(w.Answer)); err != nil {
		tb.Fatal(err)
	}
	return []byte(`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":` + string(bytes.TrimSpace(text.Bytes())) + `}]}}`)
}

// compare sends b.N requests of each kind to one process and reports what they cost it.
func compare(b *testing.B, p *process, one, other *generator) {
	var cost [2]usage
	b.ResetTimer()
	for left := b.N; left > 0; left -= benchTurn {
		for i, g := range []*generator{one, other} {
			before := p.usage(b)
			g.send(b, p, min(left, benchTurn))
			after := p.usage(b)
			cost[i].CPU += after.CPU - before.CPU
			cost[i].Allocs += after.Allocs - before.Allocs
			cost[i].Bytes += after.Bytes - before.Bytes
		}
	}
	b.StopTimer()
	n := float64(b.N)
	b.ReportMetric(0, "ns/op") // the time of both together says nothing
	b.ReportMetric(float64(cost[0].CPU)/float64(cost[1].CPU), "x-graphql")
	b.ReportMetric(float64(cost[0].CPU)/1000/n, "execute-cpu-µs/op")
	b.ReportMetric(float64(cost[1].CPU)/1000/n, "graphql-cpu-µs/op")
	b.ReportMetric((float64(cost[0].Allocs)-float64(cost[1].Allocs))/n, "more-allocs/op")
	b.ReportMetric((float64(cost[0].Bytes)-float64(cost[1].Bytes))/n, "more-B/op")
}
