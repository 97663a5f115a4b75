package extensionstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sluice-gateway/sluice/extensions"
)

// marker is in every hostile credential; nothing public may repeat it.
const marker = "sUiTe-MaRkEr"

func hasCapability(_ context.Context, tg target) error {
	if len(extensions.Capabilities(tg.ext)) == 0 {
		return fmt.Errorf("%T implements none of the interfaces of package extensions", tg.ext)
	}
	return nil
}

func refusesUnknownKeys(ctx context.Context, tg target) error {
	bad := tg.Subject
	bad.Config = "no_such_key_in_any_extension = 1\n" + tg.Config
	ext, err := tg.open(ctx, bad.env())
	if err == nil {
		return errors.Join(errors.New("opened with an unknown key: decode the configuration with Env.Config"), closeExtension(ext))
	}
	return nil
}

func opensTwice(ctx context.Context, tg target) error {
	again, err := tg.open(ctx, tg.env())
	if err != nil {
		return fmt.Errorf("second open: %w", err)
	}
	if got, want := extensions.Capabilities(again), extensions.Capabilities(tg.ext); !slices.Equal(got, want) {
		err = fmt.Errorf("got capabilities %v, then %v", want, got)
	}
	return errors.Join(err, closeExtension(again))
}

func closesTwice(_ context.Context, tg target) error {
	return errors.Join(closeExtension(tg.ext), closeExtension(tg.ext))
}

func closeExtension(ext extensions.Extension) error {
	if c, ok := ext.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func publishesMetadata(_ context.Context, tg target) error {
	p, ok := tg.ext.(extensions.MetadataProvider)
	if !ok {
		return nil
	}
	first, err := p.PublicMetadata()
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	second, err := p.PublicMetadata()
	if err != nil || !reflect.DeepEqual(first, second) {
		return fmt.Errorf("metadata differs from call to call, or fails: %w", err)
	}
	seen := map[string]bool{}
	for _, m := range first {
		switch {
		case !strings.HasPrefix(m.Path, "/") || strings.ContainsAny(m.Path, "?# "):
			return fmt.Errorf("metadata path %q is not an absolute path", m.Path)
		case seen[m.Path]:
			return fmt.Errorf("metadata path %q is used twice", m.Path)
		case m.Header.Get("Content-Type") == "" || len(m.Body) == 0:
			return fmt.Errorf("metadata at %q lacks a Content-Type or a body", m.Path)
		}
		seen[m.Path] = true
	}
	return nil
}

func challengesTheAnonymous(ctx context.Context, tg target) error {
	a, ok := tg.ext.(extensions.Authenticator)
	if !ok {
		return nil
	}
	for _, h := range []http.Header{nil, {}, {"Accept": {"application/json"}}} {
		tok, err := a.Authenticate(ctx, tg.request(h))
		if err := refused(tok, err); err != nil {
			return fmt.Errorf("headers %v: %w", h, err)
		}
		if err == nil {
			continue
		}
		e := extensions.AsError(err)
		for _, c := range e.Challenges {
			if c.Error != "" {
				return fmt.Errorf("a challenge says error=%q though nothing was sent; use extensions.Unauthenticated", c.Error)
			}
		}
	}
	return nil
}

func refusesHostileCredentials(ctx context.Context, tg target) error {
	a, ok := tg.ext.(extensions.Authenticator)
	if !ok {
		return nil
	}
	names := []string{"Authorization", "Cookie"}
	for name := range tg.Credentials {
		names = append(names, name)
	}
	for _, name := range names {
		for _, value := range hostileValues(tg.Credentials.Get(name)) {
			tok, err := a.Authenticate(ctx, tg.request(http.Header{name: {value}}))
			if err := refused(tok, err); err != nil {
				return fmt.Errorf("%s: %.60q: %w", name, value, err)
			}
		}
	}
	return nil
}

// hostileValues returns header values that no extension may accept, among them maimed forms of a good one.
func hostileValues(good string) []string {
	values := []string{
		"", " ", "\x00", marker, "Bearer", "Bearer ", "Bearer " + marker, "bearer\t" + marker,
		"Bearer " + marker + ", Bearer " + marker, "Bearer " + marker + "\r\nX-Admin: 1", "Basic " + marker,
		"Bearer ..", "Bearer ." + marker + ".", "Bearer e30.e30.", "Bearer e30.e30." + marker, "Bearer \xff\xfe" + marker,
		"Bearer " + strings.Repeat("a.", 5000) + marker, "Bearer " + strings.Repeat("A", 1<<20) + marker,
		"session=" + marker + "; session=" + marker, strings.Repeat(";=", 1000),
	}
	if len(good) > 8 {
		values = append(values, good+marker, good[:len(good)-4], good[:len(good)/2]+good[len(good)/2+1:])
	}
	return values
}

// refused returns what is wrong with an answer to credentials that must not pass.
func refused(tok extensions.Token, err error) error {
	if err == nil {
		if !tok.Anonymous {
			return fmt.Errorf("accepted, as subject %q", tok.Subject)
		}
		return nil
	}
	if !reflect.ValueOf(tok).IsZero() {
		return errors.New("a token was returned beside the error")
	}
	e := extensions.AsError(err)
	switch {
	case e.Status >= 500 && e.Status != http.StatusServiceUnavailable:
		return fmt.Errorf("status %d; what a client sends is not an internal error: %w", e.Status, e.Unwrap())
	case e.Status == http.StatusUnauthorized && len(e.Challenges) == 0:
		return errors.New("401 without a challenge (RFC 9110 §15.5.2)")
	case e.Code == "" || e.Message == "":
		return errors.New("an error without code or message")
	}
	h := http.Header{}
	e.SetHeaders(h)
	if strings.Contains(fmt.Sprint(e.Code, e.Error(), h), marker) {
		return errors.New("the answer repeats the credentials")
	}
	return nil
}

func acceptsCredentials(ctx context.Context, tg target) error {
	a, ok := tg.ext.(extensions.Authenticator)
	if !ok {
		return nil
	}
	if len(tg.Credentials) == 0 {
		return errors.New("Subject.Credentials is empty: an Authenticator that accepts nobody cannot be told from a broken one")
	}
	want, err := a.Authenticate(ctx, tg.request(tg.Credentials.Clone()))
	if err != nil {
		return fmt.Errorf("refused: %w", errors.Join(err, errors.Unwrap(err)))
	}
	if want.Anonymous {
		return errors.New("good credentials gave an anonymous token")
	}
	if want.ExtensionID != tg.env().ID {
		return fmt.Errorf("got ExtensionID %q, want that of the environment, %q", want.ExtensionID, tg.env().ID)
	}
	var g errgroup.Group
	for range 16 {
		g.Go(func() error {
			for range 8 {
				header := tg.Credentials.Clone()
				got, err := a.Authenticate(ctx, tg.request(header))
				switch {
				case err != nil:
					return fmt.Errorf("refused among many: %w", err)
				case !reflect.DeepEqual(got, want):
					return errors.New("the same credentials gave different tokens")
				case !reflect.DeepEqual(header, tg.Credentials):
					return errors.New("the request's headers were changed")
				}
				if tok, err := a.Authenticate(ctx, tg.request(nil)); err == nil && !tok.Anonymous {
					return errors.New("a request without credentials got somebody's token")
				}
			}
			return nil
		})
	}
	return g.Wait()
}

func refusesDoubledCredentials(ctx context.Context, tg target) error {
	a, ok := tg.ext.(extensions.Authenticator)
	if !ok {
		return nil
	}
	for name, values := range tg.Credentials {
		doubled := tg.Credentials.Clone()
		doubled[name] = slices.Concat(values, values)
		tok, err := a.Authenticate(ctx, tg.request(doubled))
		if err := refused(tok, err); err != nil {
			return fmt.Errorf("%s sent twice: %w", name, err)
		}
	}
	return nil
}

func endsWhenCancelled(ctx context.Context, tg target) error {
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if a, ok := tg.ext.(extensions.Authenticator); ok {
		tok, err := a.Authenticate(cancelled, tg.request(nil))
		if err := refused(tok, err); err != nil {
			return err
		}
	}
	if a, ok := tg.ext.(extensions.Authorizer); ok {
		_, _ = a.AuthorizeOperation(cancelled, extensions.Token{}, extensions.Operation{})
	}
	return ctx.Err()
}
