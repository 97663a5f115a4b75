package plan_test

// referenceFigures are the fetches and rounds that the reference planner needs for each test of the shared suites, in order: "fetches/rounds", or
// "E" where it gives an error. The figures were measured with it as a black box.
var referenceFigures = map[string]string{
	"abstract-types":                      "1/1 1/1 3/2 1/1 2/2 4/3 2/2 4/3 4/3 4/3 4/3 4/3 4/3 4/3 4/3 4/4 4/4 4/4",
	"child-type-mismatch":                 "3/2 3/2 3/2 1/1",
	"circular-reference-interface":        "1/1 2/2",
	"complex-entity-call":                 "4/3",
	"corrupted-supergraph-node-id":        "E 1/1 2/1 2/1 2/1 E 1/1 1/1 2/2 2/2",
	"fed1-external-extends-resolvable":    "2/2",
	"fed1-external-extends":               "3/2 1/1 2/2 1/1",
	"fed2-external-extension":             "3/2 1/1 2/2 1/1",
	"input-object-intersection":           "1/1 E E",
	"interface-object-indirect-extension": "5/2",
	"interface-object-with-requires":      "3/3 2/2 2/2 1/1 3/3 2/2 2/2",
	"mutations":                           "2/2 2/2 4/4 1/1",
	"mysterious-external":                 "2/2 2/2",
	"node":                                "2/2",
	"null-keys":                           "3/3",
	"override-with-requires":              "11/3 3/3 3/3 3/3",
	"parent-entity-call":                  "2/2",
	"partial-union":                       "1/1 1/1",
	"provides-on-union":                   "1/1 2/2",
	"requires-interface":                  "3/3 2/2 3/3 2/2 1/1",
	"requires-requires":                   "4/4 3/3 4/4 3/3 6/4",
	"requires-with-argument":              "2/2 4/4 4/4 4/4 4/4",
	"simple-entity-call":                  "2/2",
	"simple-inaccessible":                 "2/2 1/1 E 1/1",
	"simple-override":                     "1/1 3/2",
	"simple-requires-provides":            "1/1 2/2 3/3 1/1 1/1 2/2 2/2 4/4 2/2 3/3 4/4 4/4",
	"typename":                            "1/1 1/1 1/1 1/1 1/1 2/2",
	"unavailable-override":                "1/1 2/1",
}
