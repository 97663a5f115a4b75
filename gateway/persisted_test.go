package gateway

import (
	"strconv"
	"testing"

	"github.com/sluice-gateway/sluice/graph/trusted"
)

func TestPersistedTextsAreBoundedHoweverShort(t *testing.T) {
	q := newPersistedQueries()
	const most = maxPersistedBytes / persistedOverhead
	for i := range most + 10 {
		q.put(strconv.Itoa(i), "")
	}
	if len(q.texts) != most || len(q.order) != most || q.size > maxPersistedBytes {
		t.Errorf("%d texts, %d in order, %d bytes", len(q.texts), len(q.order), q.size)
	}
	if _, ok := q.get("0"); ok {
		t.Error("the oldest is still there")
	}
	if _, ok := q.get(strconv.Itoa(most + 9)); !ok {
		t.Error("the newest is not there")
	}
}

func TestOnlyOperationsArePersisted(t *testing.T) {
	b := newBench(t, benchSetup{})
	for text, again := range map[string]string{"{ brands { id } }": "", "{ nothing }": "PERSISTED_QUERY_NOT_FOUND", "{": "PERSISTED_QUERY_NOT_FOUND"} {
		extension := `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + trusted.Hash(text) + `"}}}`
		b.do("POST", "/graphql", `{"query":"`+text+`",`+extension)
		if a := b.do("POST", "/graphql", `{`+extension); codeOf(a.body) != again {
			t.Errorf("%s: got %s, want %q", text, a.body, again)
		}
	}
}
