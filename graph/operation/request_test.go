package operation_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
)

func TestParseRequestReadsTheParameters(t *testing.T) {
	body := []byte(` {"query":"{a(s:\"\u00e9\\n\uD83D\uDE00\")}","operationName":null,"variables":{"x":[1,{"y":2}]},"other":1,
		"extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}},"doc_id":"d1"} `)
	r, err := operation.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	if want := "{a(s:\"é\\n😀\")}"; r.Query != want {
		t.Errorf("query %q, want %q", r.Query, want)
	}
	if string(r.Variables) != `{"x":[1,{"y":2}]}` || r.Hash != "abc" || r.DocumentID != "d1" || r.OperationName != "" {
		t.Errorf("got %+v", r)
	}
}

func TestParseRequestTellsBadSyntaxFromBadForm(t *testing.T) {
	for body, want := range map[string]error{
		``:                     operation.ErrRequestSyntax,
		`{`:                    operation.ErrRequestSyntax,
		`{"query":"a"} x`:      operation.ErrRequestSyntax,
		`[]`:                   operation.ErrRequestForm,
		`{"query":1}`:          operation.ErrRequestForm,
		`{"variables":[1]}`:    operation.ErrRequestForm,
		`{"extensions":"x"}`:   operation.ErrRequestForm,
		"{\"query\":\"\xff\"}": operation.ErrRequestSyntax,
	} {
		if _, err := operation.ParseRequest([]byte(body)); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", body, err, want)
		}
	}
}

func TestABatchIsTakenWholeOrNotAtAll(t *testing.T) {
	for body, want := range map[string]int{
		` [{"query":"{a}"}, {"query":"{b}"}] `: 2, `[]`: 0, `{"query":"{a}"}`: 0, `[1]`: 1,
		`[{"query":"{a}"}`: -1, `[{"query":"{a}"},]`: -1, `[{"query":"{a}"}] x`: -1, `[{"query":"{a}"}, {"query":]`: -1, `[`: -1,
	} {
		list, err := operation.SplitBatch([]byte(body))
		if (err != nil) != (want < 0) || err == nil && len(list) != want {
			t.Errorf("%s: got %d elements and %v, want %d", body, len(list), err, want)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"query":"{a}","variables":{"b":"\ud800"},"extensions":{"persistedQuery":{"sha256Hash":"x"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := operation.ParseRequest(body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted invalid JSON: %q", body)
		}
		if len(r.Variables) > 0 && !json.Valid(r.Variables) {
			t.Fatalf("variables are no JSON: %q", r.Variables)
		}
	})
}
