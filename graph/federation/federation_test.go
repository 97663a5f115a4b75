package federation

import (
	"slices"
	"testing"
)

func TestParseVersion(t *testing.T) {
	good := map[string]Version{"v2.0": {2, 0}, "v0.14": {0, 14}, "v10.3": {10, 3}}
	for text, want := range good {
		if got, ok := ParseVersion(text); !ok || got != want || got.String() != text {
			t.Errorf("%q: got %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "v", "2.0", "v2", "v2.", "v2.0.1", "v02.0", "v2.x", "v-1.0", "v+1.0", "v99999999999999999999.0"} {
		if got, ok := ParseVersion(text); ok {
			t.Errorf("%q: got %v, want none", text, got)
		}
	}
}

func TestDirectivesComeWithTheirVersions(t *testing.T) {
	cases := []struct {
		name  string
		since Version
	}{{Key, Version{2, 0}}, {ComposeDirective, Version{2, 1}}, {InterfaceObject, Version{2, 3}}, {Policy, Version{2, 6}}, {CacheTag, Version{2, 12}}}
	for _, c := range cases {
		if _, ok := Lookup(c.name, c.since); !ok {
			t.Errorf("@%s is missing from %s", c.name, c.since)
		}
		if before := (Version{2, c.since.Minor - 1}); c.since.Minor > 0 {
			if _, ok := Lookup(c.name, before); ok {
				t.Errorf("@%s is in %s already", c.name, before)
			}
		}
	}
	shareable, _ := Lookup(Shareable, Version{2, 1})
	if later, _ := Lookup(Shareable, Version{2, 2}); shareable.Repeatable || !later.Repeatable {
		t.Error("@shareable became repeatable in v2.2")
	}
	override, _ := Lookup(Override, Version{2, 6})
	if _, ok := override.Arg("label"); ok {
		t.Error("@override has a label before v2.7")
	}
	tag, _ := Lookup(Tag, Version{2, 2})
	if later, _ := Lookup(Tag, LatestFederation); slices.Contains(tag.Locations, OnSchema) || !slices.Contains(later.Locations, OnSchema) {
		t.Error("@tag applies to schemas since v2.3")
	}
}

func TestJoinVersions(t *testing.T) {
	for v, want := range map[Version]Version{{2, 0}: {0, 3}, {2, 6}: {0, 3}, {2, 7}: {0, 4}, {2, 8}: {0, 5}, LatestFederation: {0, 5}} {
		if got := v.Join(); got != want {
			t.Errorf("federation %s: got join %s, want %s", v, got, want)
		}
	}
	if (Version{2, 15}).Known() || (Version{1, 0}).Known() || !LatestFederation.Known() {
		t.Error("known versions are v2.0 to the latest")
	}
}
