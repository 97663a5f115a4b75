package extensions_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// guardModule is the example of docs/extensions.md: a module of its own, as an author outside this repository has one.
const guardModule = "../testdata/extensions/tenantguard"

// copyGuard copies the module to a temporary folder and points it at this tree. It takes the versions and checksums of
// this module's dependencies, which is what `go mod tidy` would do with a network.
func copyGuard(t *testing.T) (dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a module of its own; left out with -short")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not there to build with")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(guardModule)); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(root, "go.sum"), filepath.Join(dir, "go.sum"))
	runIn(t, dir, "go", "mod", "edit", "-replace=github.com/sluice-gateway/sluice="+root)
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// runIn runs a command in a folder, without a network, and returns its output.
func runIn(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestTheExampleModuleBuildsAndPassesItsTests(t *testing.T) {
	dir := copyGuard(t)
	runIn(t, dir, "go", "vet", "./...")
	out := runIn(t, dir, "go", "test", "-count=1", "-v", "./...")
	for _, want := range []string{"--- PASS: TestContract", "--- PASS: TestTenants"} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nwant %s among it", out, want)
		}
	}
}

// TestACustomBuildHasTheExample builds the command as docs/extensions.md says: main.go copied, one import more.
func TestACustomBuildHasTheExample(t *testing.T) {
	const command = "../cmd/sluice/main.go"
	if _, err := os.Stat(command); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the command is not part of this tree")
	}
	dir := copyGuard(t)
	copyFile(t, command, filepath.Join(dir, "cmd", "sluice", "main.go"))
	extra := filepath.Join(dir, "cmd", "sluice", "extensions.go")
	if err := os.WriteFile(extra, []byte("package main\n\nimport _ \"example.com/tenantguard\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "sluice-with-guard")
	runIn(t, dir, "go", "build", "-o", binary, "./cmd/sluice")
	out := runIn(t, dir, binary, "extensions")
	for _, want := range []string{"tenant-guard", "jwt"} {
		if !strings.Contains(out, want) {
			t.Errorf("sluice extensions: got %q, want %s among it", out, want)
		}
	}
}

// TestTheGuideShowsTheExampleAsItIs keeps docs/extensions.md and the module from drifting apart.
func TestTheGuideShowsTheExampleAsItIs(t *testing.T) {
	guide, err := os.ReadFile("../docs/extensions.md")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(filepath.Join(guardModule, "tenantguard.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), "```go\n"+string(code)+"```\n") {
		t.Error("docs/extensions.md does not show testdata/extensions/tenantguard/tenantguard.go as it is")
	}
}
