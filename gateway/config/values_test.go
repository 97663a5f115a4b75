package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/gateway/config"
)

func TestSecretsDoNotPrint(t *testing.T) {
	type holder struct {
		Token config.Secret
		inner config.Secret
	}
	secret := config.NewSecret("hunter2")
	h := holder{Token: secret, inner: secret}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", secret, &secret, struct{ S config.Secret }{secret})
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"a": secret, "b": h.Token}); err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", slog.Any("secret", secret), slog.Any("config", h.Token))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", slog.Any("secret", secret))
	if strings.Contains(out.String(), "hunter") || strings.Contains(out.String(), "68756e74") {
		t.Errorf("the secret shows:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "[redacted]") || h.inner.Reveal() != "hunter2" {
		t.Error("a secret prints as [redacted] and keeps its value")
	}
	if got := fmt.Sprint(config.Secret{}); got != "" {
		t.Errorf("an empty secret prints %q", got)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]config.Size{
		"0": 0, "12": 12, "12B": 12, "2KB": 2000, "2 kib": 2048, "2MiB": 2 * config.MiB, "1.5 GiB": 1536 * config.MiB, "3gb": 3e9,
	} {
		if got, err := config.ParseSize(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1TiB", "NaN", "Inf", "1e30", "2 M iB"} {
		if got, err := config.ParseSize(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
	for size, want := range map[config.Size]string{0: "0B", 1: "1B", 1000: "1000B", 1536: "1536B", 2048: "2KiB", 3 * config.MiB: "3MiB", config.GiB: "1GiB"} {
		if got := size.String(); got != want {
			t.Errorf("%d prints %q, want %q", int64(size), got, want)
		}
	}
}

type guardConfig struct {
	Allowed []string `toml:"allowed"`
	Limit   int      `toml:"limit"`
	Every   struct {
		Interval config.Size `toml:"interval"`
	} `toml:"every"`
	Untagged string
	Rest     map[string]any `toml:"rest"`
}

func TestExtensionsReadTheirSettingsStrictly(t *testing.T) {
	c := parse(t, minimal+`[extensions.guard.config]
allowed = "one"
untagged = "found by name"
[extensions.guard.config.rest]
deep = [1, { x = "y" }]
`)
	guard := guardConfig{Limit: 7}
	if err := c.Extensions["guard"].Decode(&guard); err != nil {
		t.Fatal(err)
	}
	if len(guard.Allowed) != 1 || guard.Limit != 7 || guard.Untagged != "found by name" || fmt.Sprint(guard.Rest) != "map[deep:[1 map[x:y]]]" {
		t.Errorf("decoded %+v", guard)
	}

	c = parse(t, minimal+`[extensions.guard.config]
alowed = ["one"]
limit = "many"
every = { interval = "soon" }
`)
	var got []string
	for _, p := range config.Problems(c.Extensions["guard"].Decode(&guard)) {
		got = append(got, p.Error())
	}
	want := []string{
		`gateway.toml:4: extensions.guard.config.alowed: unknown key; did you mean "allowed"?`,
		`gateway.toml:5: extensions.guard.config.limit: expected a whole number, got a string`,
		`gateway.toml:6: extensions.guard.config.every.interval: expected a size such as "2MiB"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := c.Extensions["guard"].Decode(guard); err == nil {
		t.Error("a target that is no pointer is an error")
	}
	if err := (config.Extension{}).Decode(&guard); err != nil {
		t.Errorf("an extension without settings: %v", err)
	}
}
