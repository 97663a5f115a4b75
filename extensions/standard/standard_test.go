package standard_test

import (
	"slices"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	_ "github.com/sluice-gateway/sluice/extensions/standard"
)

func TestTheBuiltInsAreLinkedIn(t *testing.T) {
	want := []string{"authenticated", "jwt", "oauth-protected-resource", "policy", "requires-scopes", "signed-identity"}
	if got := extensions.IDs(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
