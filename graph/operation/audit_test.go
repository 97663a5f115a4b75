package operation_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
)

func TestEveryAuditOperationNormalizes(t *testing.T) {
	suites, err := filepath.Glob(filepath.Join(data(t, "federation"), "*", "supergraph.graphql"))
	if err != nil || len(suites) == 0 {
		t.Fatalf("no suites: %v", err)
	}
	for _, path := range suites {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s := load(t, read(t, path))
			var tests []struct {
				Name, Query string
				Expected    struct{ Data, Errors json.RawMessage }
			}
			if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "tests.json"))), &tests); err != nil {
				t.Fatal(err)
			}
			for _, test := range tests {
				d, errs := operation.Parse(s, test.Query, operation.ParseLimits{})
				refused := string(test.Expected.Errors) == "true" && (len(test.Expected.Data) == 0 || string(test.Expected.Data) == "null")
				if len(errs) > 0 {
					if !refused {
						t.Errorf("%s: %v", test.Name, errs)
					}
					continue
				}
				for _, v := range []bool{false, true} {
					op := normalize(t, d, func(string) bool { return v })
					if len(op.Root.Groups) != 1 || op.Root.Type == 0 {
						t.Errorf("%s: root %+v", test.Name, op.Root)
					}
				}
			}
		})
	}
}
