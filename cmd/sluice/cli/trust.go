package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/graph/trusted"
)

// adminTokenEnv is the environment variable with the token of the admin listener: on the command line other users of the machine would see it.
const adminTokenEnv = "SLUICE_ADMIN_TOKEN" //nolint:gosec // the name, not a token

func trustCommand() command {
	const args = "DIR [-o manifest.json] [-c gateway.toml] [--client NAME]... | --candidates URL [-o manifest.json]"
	return command{
		name: "trust", args: "DIR [-o manifest.json]", summary: "make a manifest of trusted documents, or list candidates for it",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("trust", args)
			out := f.String("o", "", "write the manifest to `FILE` instead of standard output")
			file := f.String("c", "", "configuration `file` whose schema the documents are checked against")
			url := f.String("candidates", "", "admin `URL` of a running gateway: list the operations that clients send it as text; its token is taken from "+adminTokenEnv)
			var clients []string
			f.Func("client", "`name` of a client that the documents are for; may be given several times", func(s string) error {
				clients = append(clients, s)
				return nil
			})
			rest, err := env.parse(f, a, 0, 1)
			if err != nil {
				return err
			}
			if (*url == "") == (len(rest) == 0) {
				return misused(env, f, "either a folder or --candidates is needed")
			}
			if *url != "" {
				return listCandidates(ctx, env, *url, *out)
			}
			docs, err := trustedDocuments(ctx, env, rest[0], *file)
			if err != nil {
				return err
			}
			for _, d := range docs {
				d.Clients = clients
			}
			return writeManifest(env, *out, docs)
		},
	}
}

// misused tells what is wrong with a command line, and how it is used.
func misused(env *environment, f *flag.FlagSet, problem string) error {
	fmt.Fprintf(env.stderr, "sluice %s: %s\n", f.Name(), problem)
	f.Usage()
	return errUsage
}

// trustedDocuments loads a folder, checked against the schema of the configuration where there is one. Every problem is told.
func trustedDocuments(ctx context.Context, env *environment, dir, file string) ([]*trusted.Document, error) {
	list, err := trusted.Load([]string{dir})
	store, clash := trusted.NewStore(list)
	if err = errors.Join(err, clash); err == nil && len(list) == 0 {
		err = fmt.Errorf("trusted documents: %s holds none", dir)
	}
	if file != "" {
		cfg, bad := env.load(file)
		if bad != nil {
			return nil, bad
		}
		err = errors.Join(err, gateway.CheckDocuments(ctx, cfg, store.All()))
	}
	if err != nil {
		return nil, env.report(err)
	}
	return store.All(), nil
}

func writeManifest(env *environment, file string, docs []*trusted.Document) error {
	data, err := trusted.Manifest(docs)
	if err != nil {
		return err //nolint:wrapcheck // it says what it is about
	}
	w, done, err := env.output(file)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return errors.Join(err, done())
}

// listCandidates prints the candidates as GraphQL with their counts, or writes a manifest of them.
func listCandidates(ctx context.Context, env *environment, url, out string) error {
	token, _ := env.lookup(adminTokenEnv)
	list, err := gateway.FetchCandidates(ctx, url, token)
	if err != nil {
		return err //nolint:wrapcheck // it names the address
	}
	if list.Dropped > 0 {
		fmt.Fprintf(env.stderr, "sluice trust: %d operations came when the list was full (trusted_documents.candidates)\n", list.Dropped)
	}
	if out == "" {
		var b strings.Builder
		for _, c := range list.Candidates {
			fmt.Fprintf(&b, "# %s, seen %d times\n%s\n", c.ID, c.Count, c.Text)
		}
		_, err := io.WriteString(env.stdout, b.String())
		return err //nolint:wrapcheck // standard output says enough
	}
	docs := make([]*trusted.Document, len(list.Candidates))
	for i, c := range list.Candidates {
		docs[i] = &trusted.Document{ID: c.ID, Name: c.Name, Text: c.Text}
	}
	return writeManifest(env, out, docs)
}
