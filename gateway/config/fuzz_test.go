package config_test

import (
	"os"
	"testing"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// FuzzParse: whatever the text, Parse gives a configuration that validates, or problems that each say something.
func FuzzParse(f *testing.F) {
	for _, file := range []string{rootFile, "testdata/grafbase.toml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add(minimal)
	f.Add("mcp = 3\n[subgraphs]\na = []\n[[network]]\n[extensions]\njwt = 1\n")
	f.Add("[[headers]]\nrule = \"forward\"\npattern = \"(\"\n[mcp]\ntools = [1, {}, \"{{ env.x\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Parse("f.toml", []byte(text), "/conf", anyEnvironment)
		if err == nil {
			if err := c.Validate(); err != nil {
				t.Errorf("Parse accepts what Validate refuses: %v", err)
			}
			c.Warnings()
			return
		}
		problems := config.Problems(err)
		if len(problems) == 0 {
			t.Errorf("an error without a problem: %v", err)
		}
		for _, p := range problems {
			if p.Message == "" || p.File != "f.toml" {
				t.Errorf("an empty problem: %+v", p)
			}
		}
	})
}
