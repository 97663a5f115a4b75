package extensionstest

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

type settings struct {
	Names  []string `toml:"names"`
	Wait   time.Duration
	Inner  *inner           `toml:"inner"`
	ByName map[string]inner `toml:"by_name"`
	List   []inner          `toml:"list"`
	Any    map[string]any   `toml:"any"`
}

type inner struct {
	Names []string        `toml:"names"`
	Waits []time.Duration `toml:"waits"`
}

func TestConfigTakesTheFormsThatTheGatewayTakes(t *testing.T) {
	got := settings{Wait: time.Hour}
	err := Config(`
names = "one"
inner = { names = ["a", "b"], waits = [1, "2ms"] }
by_name.x.names = "two"
list = [{ names = "three" }]
any = { list = [1, "x"], table = { k = true } }
`).Decode(&got)
	if err != nil {
		t.Fatal(err)
	}
	want := settings{
		Names:  []string{"one"},
		Wait:   time.Hour,
		Inner:  &inner{Names: []string{"a", "b"}, Waits: []time.Duration{time.Second, 2 * time.Millisecond}},
		ByName: map[string]inner{"x": {Names: []string{"two"}}},
		List:   []inner{{Names: []string{"three"}}},
		Any:    map[string]any{"list": []any{int64(1), "x"}, "table": map[string]any{"k": true}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if err := Config("wait = 5").Decode(&got); err != nil || got.Wait != 5*time.Second {
		t.Errorf("got %s, %v, want whole seconds", got.Wait, err)
	}
}

func TestConfigIsStrict(t *testing.T) {
	for name, text := range map[string]string{
		"an unknown key":       "nmaes = []",
		"an unknown inner key": "[inner]\nx = 1",
		"a wrong kind":         "names = 1",
		"no TOML":              "=",
	} {
		t.Run(name, func(t *testing.T) {
			if err := Config(text).Decode(&settings{}); err == nil {
				t.Error("no error")
			}
		})
	}
	if err := Config("[inner]\nx = 1").Decode(&settings{}); !strings.Contains(err.Error(), "inner.x") {
		t.Errorf("got %v, want the key named", err)
	}
}
