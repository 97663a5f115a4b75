package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocsTellEveryCommandAndFlag compares docs/cli.md with the commands, in their order.
func TestDocsTellEveryCommandAndFlag(t *testing.T) {
	data, err := os.ReadFile("../../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(data), "\n## ")[1:]
	list := commands()
	if len(sections) != len(list) {
		t.Fatalf("docs/cli.md has %d commands, and the program %d", len(sections), len(list))
	}
	flagLine := regexp.MustCompile(`(?m)^  -(\S+)`)
	documented := regexp.MustCompile("`-{1,2}([A-Za-z][A-Za-z-]*)")
	for i, c := range list {
		name, text, _ := strings.Cut(sections[i], "\n")
		if name != c.name {
			t.Errorf("section %d of docs/cli.md is %q, want %q", i, name, c.name)
			continue
		}
		var usage bytes.Buffer
		if code := run(t.Context(), &environment{stdout: &usage, stderr: &usage}, []string{c.name, "-h"}); code != exitOK {
			t.Errorf("sluice %s -h: exit code %d", c.name, code)
		}
		flags := map[string]bool{}
		for _, m := range flagLine.FindAllStringSubmatch(usage.String(), -1) {
			flags[m[1]] = true
			if !strings.Contains(text, "-"+m[1]+" ") && !strings.Contains(text, "-"+m[1]+"`") {
				t.Errorf("docs/cli.md does not tell of sluice %s -%s", c.name, m[1])
			}
		}
		for _, m := range documented.FindAllStringSubmatch(text, -1) {
			if !flags[m[1]] {
				t.Errorf("docs/cli.md tells of sluice %s -%s, which is not there", c.name, m[1])
			}
		}
	}
}
