package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// openStream subscribes and returns what is streamed once the subgraph has the subscription.
func openStream(t *testing.T, b *bench, query, media string, header ...string) *bufio.Reader {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return openStreamWith(t, ctx, b, query, media, header...)
}

func openStreamWith(t *testing.T, ctx context.Context, b *bench, query, media string, header ...string) *bufio.Reader {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/graphql", strings.NewReader(bodyOf(query)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", media)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(kind, media) {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("%d %s %s", resp.StatusCode, kind, body)
	}
	return bufio.NewReader(resp.Body)
}

// until reads lines up to one that has the text.
func until(t *testing.T, r *bufio.Reader, text string) string {
	t.Helper()
	lines := make(chan string, 1)
	go func() {
		var seen strings.Builder
		for {
			line, err := r.ReadString('\n')
			seen.WriteString(line)
			if strings.Contains(line, text) || err != nil {
				lines <- seen.String()
				return
			}
		}
	}()
	select {
	case seen := <-lines:
		if !strings.Contains(seen, text) {
			t.Fatalf("the stream ended without %s: %s", text, seen)
		}
		return seen
	case <-time.After(10 * time.Second):
		t.Fatalf("the stream has no %s", text)
		return ""
	}
}

func write(b *bench, product string) {
	if a := b.query(fmt.Sprintf(`mutation{addReview(input:{productId:%q,authorId:"u2",rating:5,title:"streamed"}){review{id}}}`, product)); codeOf(a.body) != "" {
		b.t.Errorf("writing: %s", a.body)
	}
}

func TestSubscriptionsWithEntitiesOfOtherSubgraphs(t *testing.T) {
	for _, media := range []string{typeSSE, typeParts} {
		b := newBench(t, benchSetup{})
		events := openStream(t, b, `subscription{reviewAdded(productId:"p1"){title author{name} product{id price{amount}}}}`, media)
		write(b, "p2")
		write(b, "p1")
		got := until(t, events, "streamed")
		want := `"author":{"name":"Grace Hopper"},"product":{"id":"p1","price":{"amount":`
		if !strings.Contains(got, want) || strings.Contains(got, `"p2"`) {
			t.Errorf("%s: %s", media, got)
		}
		if media == typeSSE && !strings.Contains(got, "event: next\ndata: {\"data\":") || media == typeParts && !strings.Contains(got, "--graphql\r\nContent-Type: application/json\r\n\r\n{\"payload\":{\"data\":") {
			t.Errorf("%s has another form: %q", media, got)
		}
	}
}

func TestAQueryCanBeStreamed(t *testing.T) {
	b := newBench(t, benchSetup{})
	if got := readAll(openStream(t, b, `{brand(id:"b1"){id}}`, typeSSE)); got != "event: next\ndata: {\"data\":{\"brand\":{\"id\":\"b1\"}}}\n\nevent: complete\ndata:\n\n" {
		t.Errorf("got %q", got)
	}
	if got := readAll(openStream(t, b, `{brand(id:"b1"){id}}`, typeParts)); !strings.HasSuffix(got, "{\"payload\":{\"data\":{\"brand\":{\"id\":\"b1\"}}}}\r\n--graphql--\r\n") {
		t.Errorf("got %q", got)
	}
	if a := b.query(`{nope}`, "Accept", typeSSE); a.status != 200 || codeOf(a.body) != "OPERATION_VALIDATION_ERROR" {
		t.Errorf("a refusal: %d %s", a.status, a.body)
	}
}

func TestAClientThatLeavesEndsTheSubscription(t *testing.T) {
	b := newBench(t, benchSetup{})
	gone := make(chan struct{})
	b.spies["reviews"].answerWith(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(context.Background())
	openStreamWith(t, ctx, b, `subscription{reviewAdded{id}}`, typeSSE)
	cancel()
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the subgraph's stream is still open")
	}
}

func TestStreamsEndWithTheirConfiguration(t *testing.T) {
	b := newBench(t, benchSetup{})
	events := openStream(t, b, `subscription{reviewAdded{id}}`, typeSSE)
	if err := b.g.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rest := readAll(events); !strings.Contains(rest, "SUBSCRIPTION_ENDED") || !strings.HasSuffix(rest, "event: complete\ndata:\n\n") {
		t.Errorf("got %q", rest)
	}
}

func TestStreamsEndWithTheirToken(t *testing.T) {
	b, as := newAuthBench(t, "")
	token := as.Token(map[string]any{"aud": publicURL + "/graphql", "exp": time.Now().Add(2 * time.Second).Unix()})
	events := openStream(t, b, `subscription{reviewAdded{id}}`, typeSSE, "Authorization", "Bearer "+token)
	if rest := readAll(events); !strings.Contains(rest, "TOKEN_EXPIRED") {
		t.Errorf("got %q", rest)
	}
}

func TestADeniedSubscriptionSaysWhy(t *testing.T) {
	b := newBench(t, benchSetup{
		auth:   true,
		config: "[extensions.authenticated]\n[extensions.requires-scopes]\n[authentication]\ndefault = \"anonymous\"\n",
		sdl: func(_, sdl string) string {
			return strings.Replace(sdl, "productId: ID\n  ): Review!", "productId: ID\n  ): Review! @authenticated", 1)
		},
	})
	for _, media := range []string{typeSSE, typeParts} {
		got := readAll(openStream(t, b, `subscription{reviewAdded{id}}`, media))
		if !strings.Contains(got, "UNAUTHENTICATED") || strings.Contains(got, "SUBSCRIPTION_FAILED") {
			t.Errorf("%s: got %q", media, got)
		}
	}
	if asked := b.spies["reviews"].take(); len(asked) > 0 {
		t.Errorf("the subgraph was asked: %v", asked)
	}
}

func TestABrokenSubscriptionIsTold(t *testing.T) {
	b := newBench(t, benchSetup{})
	b.spies["reviews"].answerWith(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: next\ndata: {\"data\":{\"reviewAdded\":{\"id\":\"r1\"}}}\n\n")
	})
	if got := readAll(openStream(t, b, `subscription{reviewAdded{id}}`, typeSSE)); !strings.Contains(got, `"r1"`) || !strings.Contains(got, "SUBSCRIPTION_FAILED") {
		t.Errorf("got %q", got)
	}
	b.spies["reviews"].answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if a := b.query(`subscription{reviewAdded{id}}`, "Accept", typeSSE); !strings.Contains(a.body, "SUBSCRIPTION_FAILED") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}
