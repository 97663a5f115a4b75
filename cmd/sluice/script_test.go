package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expectations of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sluice": main})
}

// TestScripts runs terminal sessions with the real program. Besides the commands of testscript they have these:
//
//	port NAME                        sets $NAME to a port that nobody listens on
//	start NAME [K=V...] PROG ARGS    starts a program, with these variables, that runs until the script ends
//	await NAME REGEXP                waits until it has written a match; each named group sets a variable
//	signal NAME HUP|TERM             sends a signal
//	stop NAME                        sends SIGTERM, waits for a clean end, and shows all that was written
//	http METHOD URL [-H H] [-d BODY] shows status, headers and body; BODY can be @FILE
//	mcp URL [-H H] tools             lists the tools, as an agent does
//	mcp URL [-H H] call TOOL JSON    shows the text of a result; with "!" the call must fail
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Values[programsKey{}] = programs{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"port": port, "start": start, "await": await, "signal": sendSignal, "stop": stop, "http": request, "mcp": callMCP,
		},
	})
}
