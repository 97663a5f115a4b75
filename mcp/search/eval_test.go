package search

import (
	"strings"
	"testing"
)

func TestCasesAreLoadedLineByLine(t *testing.T) {
	cases, err := LoadCases(strings.NewReader(`{"id":"a","keywords":["x"],"need":[["T.f","T.g"]],"tags":["short"]}` + "\n\n" + `{"id":"b","keywords":["y"],"need":[["E.V"]]}`))
	if err != nil || len(cases) != 2 || cases[0].Need[0][1] != "T.g" || cases[1].ID != "b" {
		t.Errorf("got %+v, %v", cases, err)
	}
}

func TestBrokenCasesNameTheirLine(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"{\"id\":\"a\",\"keywords\":[\"x\"],\"need\":[[\"T.f\"]]}\n{", "line 2"},
		{`{"id":"a","keywords":[],"need":[["T.f"]]}`, "line 1: keywords and need"},
		{`{"id":"a","keywords":["x"],"need":[[]]}`, "line 1: keywords and need"},
	} {
		if _, err := LoadCases(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestAnEvaluationCountsWhatIsVisible(t *testing.T) {
	x := build(t, `type Query { cat(name: String!): Cat } type Cat { colour: Colour lives: Int } enum Colour { BLACK GINGER }`)
	report, err := Evaluate(x, []Case{
		{ID: "met", Keywords: []string{"cat colour"}, Need: [][]string{{"Query.cat"}, {"Query.cat(name:)"}, {"Dog.colour", "Cat.colour"}, {"Colour.GINGER"}}},
		{ID: "missed", Keywords: []string{"cat colour"}, Need: [][]string{{"Cat.colour"}, {"Cat.owner", "Cat.home"}}},
	}, EvalOptions{Count: func(string) int { return 7 }})
	if err != nil {
		t.Fatal(err)
	}
	if report.Cases != 2 || report.Satisfied != 1 || report.Groups != 6 || report.GroupsMet != 5 || report.MeanTokens != 7 || report.MaxTokens != 7 {
		t.Errorf("report %+v", report)
	}
	if len(report.Misses) != 1 || report.Misses[0].ID != "missed" || report.Misses[0].Missing[0][0] != "Cat.owner" {
		t.Errorf("misses %+v", report.Misses)
	}
	if report.SatisfiedShare() != 0.5 {
		t.Errorf("share %v", report.SatisfiedShare())
	}
}

func TestAnEvaluationOfNothingIsEmpty(t *testing.T) {
	report, err := Evaluate(build(t, `type Query { a: Int }`), nil, EvalOptions{})
	if err != nil || report.SatisfiedShare() != 0 || report.GroupShare() != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}
